/** What the page and the server that gives it to a browser agree on. */
export const socketPath = '/socket';
export const uploadPath = '/upload';
export const grantPath = '/grant';

/** The name of the meta element that says to the page that such a server stands behind it. */
export const servedMark = 'esam-lab-served';
