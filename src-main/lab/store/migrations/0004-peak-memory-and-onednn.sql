-- The most bytes that the engine held during a step of an epoch, and whether TensorFlow computed with oneDNN's kernels.
-- NULL: the row is older than these columns, or (one_dnn) the engine is another one.

ALTER TABLE epoch ADD COLUMN peak_step_bytes INTEGER CHECK (peak_step_bytes >= 0);
ALTER TABLE environment ADD COLUMN one_dnn INTEGER CHECK (one_dnn IN (0, 1));
ALTER TABLE device_probe ADD COLUMN one_dnn INTEGER CHECK (one_dnn IN (0, 1));
