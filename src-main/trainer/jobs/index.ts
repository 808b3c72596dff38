import { analyse } from './analyse.ts';
import type { JobName } from '../../../shared/jobs/job.ts';
import type { Job } from './job.ts';
import { selfTest } from './selfTest/index.ts';
import { speed } from './speed/index.ts';
import { training } from './training.ts';

/** What this process can do, by the names of shared/jobs. */
export const jobs: Readonly<Record<JobName, Job>> = { train: training, selfTest, speed, analyse };
