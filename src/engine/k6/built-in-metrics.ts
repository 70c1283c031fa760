/** k6's own metrics (v2.2 `metrics/builtin.go`, ws, grpc and browser modules): all others are the script's. */
export const BUILT_IN: ReadonlySet<string> = new Set(
  (
    "vus vus_max iterations iteration_duration dropped_iterations checks group_duration data_sent data_received " +
    "http_reqs http_req_failed http_req_duration http_req_blocked http_req_connecting http_req_tls_handshaking " +
    "http_req_sending http_req_waiting http_req_receiving ws_sessions ws_msgs_sent ws_msgs_received ws_ping " +
    "ws_session_duration ws_connecting grpc_req_duration grpc_streams grpc_streams_msgs_sent " +
    "grpc_streams_msgs_received browser_data_sent browser_data_received browser_http_req_duration " +
    "browser_http_req_failed browser_web_vital_cls browser_web_vital_fcp browser_web_vital_inp " +
    "browser_web_vital_lcp browser_web_vital_ttfb"
  ).split(" "),
);
