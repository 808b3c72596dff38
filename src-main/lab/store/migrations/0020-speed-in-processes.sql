-- How many trainer processes a measurement's rounds are of, one after another, each as many; until now it was one.

ALTER TABLE speed_measurement ADD COLUMN processes INTEGER NOT NULL DEFAULT 1 CHECK (processes >= 1);
