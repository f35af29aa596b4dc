/**
 * An error with the fields of OpenAI's API. The code `device_unfit` means that this device or browser can't run the model; `engine_stopped`
 * means that the engine has failed or stopped, and could not go on after it was started again.
 */
export class DemitasseError extends Error {
  name = 'DemitasseError';

  /**
   * @param {string} message
   * @param {{status: number, param?: string | null, code?: string | null, cause?: unknown}} options
   */
  constructor(message, { status, param = null, code = null, cause }) {
    super(message, { cause });
    this.status = status;
    this.param = param;
    this.code = code;
  }
}
