import type { Channel } from '../../shared/channel.ts';
import type { Lab } from './service.ts';

/** Answers a client's requests on this channel and forwards the lab's events to it until it closes. */
export declare const serve: (lab: Lab, channel: Channel) => void;
