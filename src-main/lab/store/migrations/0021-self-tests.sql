-- What the self-test measured has the self-test's name.

ALTER TABLE device_probe RENAME TO self_test;
DROP INDEX device_probe_by_machine;
CREATE INDEX self_test_by_machine ON self_test (cpu_model, cpu_cores, engine, precision);
