package import Vitrine

/// How the server listens, whom it lets in, and how much work it takes on.
public struct ServerConfiguration: Sendable {
  /// The address to listen on; loopback unless said otherwise.
  public var host = "127.0.0.1"
  /// The port; 0 lets the system choose.
  public var port = 8080
  /// Who may read and write. Empty keys let everybody in, which is refused off loopback.
  public var keys = APIKeys()
  /// Origins whose pages may call the server (CORS), such as `https://shop.example`; none by default.
  public var allowedOrigins: [String] = []
  /// The folder where uploaded pictures are kept and below which `PUT` requests may name images by
  /// path. Nil allows uploads only, which are embedded and then forgotten.
  public var imageRoot: String?
  /// The index that is listed first, with which the page opens; the others follow by name.
  public var firstIndex: String?
  /// How much work one request, and all of them together, may ask for.
  public var limits = Limits()

  /// Defaults: loopback, port 8080, no keys, no other origins.
  public init() {}

  /// What bounds a request; beyond it the answer is 413, 422, 429 or 503.
  public struct Limits: Sendable {
    /// Bytes of a request's body.
    public var bodyBytes = 16 << 20
    /// Bytes of bodies that are read at one time; more are answered 429.
    public var heldBytes = 128 << 20
    /// Results of one search.
    public var k = 1_000
    /// Queries of one search.
    public var batch = 100
    /// Values of all facets of a search together, and of all searches of a request.
    public var facetValues = 50_000
    /// Prompts of a classification: labels times templates.
    public var prompts = 2_000
    /// Requests worked on at one time; more are answered 429.
    public var concurrentRequests = 64
    /// Seconds a request may take before it is told to stop, and answered 503 if it does.
    public var seconds = 30.0
    /// Seconds after which a connection over which nothing comes is closed.
    public var idleSeconds = 60.0
    /// Seconds for which a server that ends waits for clients that are still sending or reading.
    public var endingSeconds = 5.0

    /// The defaults.
    public init() {}
  }

  /// An origin as browsers send it, which is compared letter by letter: a scheme, a host in small letters and
  /// a port, if it is not the scheme's own. A slash at its end is dropped.
  package static func origin(_ text: String) throws(VitrineError) -> String {
    let form =
      #/([a-z][a-z0-9+.-]*):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?\/?/#
    guard text.utf8.allSatisfy({ $0 < 0x80 }),
      let (_, scheme, host, port) = text.lowercased().wholeMatch(of: form)?.output,
      port.map({ UInt16($0) != nil }) ?? true
    else {
      throw .invalidArgument(
        "expected an origin, scheme://host or scheme://host:port, found \"\(text)\": "
          + "browsers send no more of a page's address, and its host in ASCII")
    }
    let isUsual = scheme == "http" && port == "80" || scheme == "https" && port == "443"
    return "\(scheme)://\(host)" + (isUsual ? "" : port.map { ":\($0)" } ?? "")
  }

  /// Whether ``host`` can be reached from this machine only.
  var isLoopback: Bool { Self.isLoopback(host) }

  static func isLoopback(_ host: String) -> Bool {
    let bytes = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return host == "localhost" || host == "::1"
      || bytes.count == 4 && bytes[0] == 127 && !bytes.contains(nil)
  }
}
