/**
 * ONNX Runtime 1.29 and later send usage data to their maker, keep a device identifier in the user's cache folder, and overflow their
 * stack over a command line of some thousand characters while they clean it for sending. Neither belongs in a program that looks at
 * X-rays. This must run before the runtime is loaded, and on the main thread: a worker's environment is a copy that native code
 * does not see. Whoever wants it sets ORT_DISABLE_TELEMETRY=0.
 */
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
