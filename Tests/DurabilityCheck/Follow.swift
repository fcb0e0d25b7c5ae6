import TestSupport
import Vitrine

/// Searches through one engine, opened once, while another process ingests: what is found
/// must only become more, and in the end be everything.
func followIngestion() async throws -> Report {
  var report = Report(name: "searching while another process ingests")
  let directory = TemporaryDirectory()
  let shop = Shop(directory: directory.path)
  try shop.write()
  let engine = try shop.open(
    schema: Schema(attributes: [Attribute(name: "colour", kind: .keyword)]))
  let ingestion = try Child("resume", shop.directory)
  var query = Query()
  query.facets = [FacetRequest("colour")]
  var last = 0
  repeat {
    let found = try await engine.search(query).facets?.first
    let count = found?.relevant ?? 0
    if found?.exact != true || count < last {
      report.failures.append("\(last) products became \(count)")
    }
    report.count(count > last ? "further on" : "as before")
    last = count
  } while last < Shop.rows && (last == 0 || ingestion.isRunning)
  _ = ingestion.finish()
  let count = try await engine.search(query).facets?.first?.relevant
  if count != Shop.rows { report.failures.append("in the end \(count ?? 0) are found") }
  let text = try await engine.search(Query("shirt number 7919")).hits.first?.id
  if text != "p1" { report.failures.append("words find \(text ?? "nothing")") }
  if report.counts["further on", default: 0] < 2 {
    report.failures.append("no batch was seen coming in")
  }
  return report
}
