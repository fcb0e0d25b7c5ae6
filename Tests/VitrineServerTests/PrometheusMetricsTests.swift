import CoreMetrics
import Testing
import VitrineServer

@Suite struct PrometheusMetricsTests {
  @Test func `metrics count in prometheus format`() {
    let metrics = PrometheusMetrics()
    metrics.makeCounter(label: "searches.total", dimensions: [("http.route", "a\"b")])
      .increment(by: 2)
    let active = metrics.makeMeter(label: "active", dimensions: [])
    active.increment(by: 3)
    active.decrement(by: 1)
    metrics.makeRecorder(label: "size", dimensions: [], aggregate: true).record(Int64(7))
    #expect(
      metrics.text == """
        # TYPE active gauge
        active 2.0
        # TYPE searches_total counter
        searches_total{http_route="a\\"b"} 2.0
        # TYPE size summary
        size_sum 7.0
        size_count 1

        """)
  }

  @Test func `what is known of a metric is told, and counters end as Prometheus wants them to`() {
    let metrics = PrometheusMetrics()
    metrics.makeCounter(label: "vitrine.http.requests", dimensions: [("index", "shop")])
      .increment(by: 1)
    #expect(
      metrics.text == """
        # HELP vitrine_http_requests_total Requests that were answered.
        # TYPE vitrine_http_requests_total counter
        vitrine_http_requests_total{index="shop"} 1.0

        """)
  }

  @Test func `durations are histograms that add up`() {
    let metrics = PrometheusMetrics()
    let timer = metrics.makeTimer(label: "search", dimensions: [("index", "shop")])
    for nanoseconds in [500_000, 4_000_000, 1_500_000_000] as [Int64] {
      timer.recordNanoseconds(nanoseconds)
    }
    let lines = metrics.text.split(separator: "\n").map(String.init)
    for line in [
      "# TYPE search_seconds histogram", #"search_seconds_bucket{index="shop",le="0.001"} 1"#,
      #"search_seconds_bucket{index="shop",le="0.005"} 2"#,
      #"search_seconds_bucket{index="shop",le="1.0"} 2"#,
      #"search_seconds_bucket{index="shop",le="+Inf"} 3"#,
      #"search_seconds_sum{index="shop"} 1.5045"#, #"search_seconds_count{index="shop"} 3"#,
    ] {
      #expect(lines.contains(line), "\(line)")
    }
  }
}
