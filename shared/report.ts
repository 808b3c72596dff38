/** What a report is written as: a page that needs nothing but itself, or a file for print. */
export const reportFormats = ['html', 'pdf'] as const;
export type ReportFormat = (typeof reportFormats)[number];
