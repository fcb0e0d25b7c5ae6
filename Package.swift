// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: one language mode, no warnings, explicit imports and existentials.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

func system(_ name: String, pkgConfig: String? = nil, apt: String, brew: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

func module(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    resources: resources, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
  name: "HummingbirdTesting", package: "hummingbird")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")

let package = Package(
  name: "vitrine",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Vitrine", targets: ["Vitrine"]),
    .library(name: "CLIP", targets: ["CLIP"]),
    .library(name: "HNSW", targets: ["HNSW", "LMDB"]),
    .executable(name: "vitrine", targets: ["VitrineCommand"]),
    .executable(name: "vitrine-bench", targets: ["IndexBench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
  ],
  targets: [
    // The fences: module maps over system libraries, and C.
    system("CLMDB", pkgConfig: "lmdb", apt: "liblmdb-dev", brew: "lmdb"),
    system("CJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev", brew: "jpeg-turbo"),
    system("CPNG", pkgConfig: "libpng", apt: "libpng-dev", brew: "libpng"),
    system("CWebP", pkgConfig: "libwebp", apt: "libwebp-dev", brew: "webp"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev", brew: "zlib"),
    system("CRoaring", apt: "libroaring-dev", brew: "croaring"),
    system("CStemmer", apt: "libstemmer-dev", brew: "snowball"),
    system("CEdit", pkgConfig: "libedit", apt: "libedit-dev", brew: "libedit"),
    .target(name: "CKernels"),

    // The engine, from arithmetic up.
    module("Kernels", ["CKernels"]),
    module("LMDB", ["CLMDB"]),
    module("HNSW", ["LMDB", "Kernels"]),
    module("Imaging", ["CJPEG", "CPNG", "CWebP", "Kernels"]),
    module("CLIP", ["Imaging", "Kernels"]),
    module(
      "Vitrine",
      ["HNSW", "LMDB", "Kernels", "CRoaring", "CStemmer", "CZlib", logging, metrics]),

    // The engine behind HTTP, and its page.
    module(
      "VitrineServer", ["Vitrine", "CZlib", hummingbird, hummingbirdCore, logging, metrics],
      resources: [.copy("Page"), .copy("openapi.json")]),

    // The small model that ships.
    module("BundledModel", [], resources: [.copy("model")]),

    // What people run.
    .executableTarget(
      name: "VitrineCommand",
      dependencies: [
        "Vitrine", "VitrineServer", "HNSW", "CLIP", "Imaging", "Kernels", "BundledModel", "CEdit",
        argumentParser, logging, metrics,
      ],
      swiftSettings: strict),
    .target(
      name: "BenchSupport", dependencies: ["Vitrine", "CLIP"], path: "Tools/bench/BenchSupport",
      swiftSettings: strict),
    .executableTarget(
      name: "InferenceBench", dependencies: ["CLIP", "Kernels", "BenchSupport"],
      path: "Tools/bench/inference/InferenceBench", swiftSettings: strict),
    .executableTarget(
      name: "InputBench", dependencies: ["CLIP", "Imaging", "BenchSupport"],
      path: "Tools/bench/input/InputBench", swiftSettings: strict),
    .executableTarget(
      name: "IndexBench", dependencies: ["HNSW", "LMDB", "Kernels", "BenchSupport", "TestSupport"],
      path: "Tools/bench/index/IndexBench",
      swiftSettings: strict),
    .executableTarget(
      name: "QualityBench", dependencies: ["Vitrine", "CLIP", "HNSW", "BenchSupport"],
      path: "Tools/bench/quality/QualityBench", swiftSettings: strict),
    .executableTarget(
      name: "SearchBench", dependencies: ["Vitrine", "CLIP", "HNSW", "LMDB", "BenchSupport"],
      path: "Tools/bench/search/SearchBench", swiftSettings: strict),
    .executableTarget(
      name: "ExampleBackend", dependencies: ["Vitrine", "CLIP", hummingbird],
      path: "Tools/examples/backend", swiftSettings: strict),
    .executableTarget(
      name: "LoadBench", dependencies: ["Vitrine", "CLIP", "BenchSupport"],
      path: "Tools/bench/load/LoadBench", swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests("Kernels"),
    tests("LMDB", ["LMDBTestProcess"]),
    .executableTarget(
      name: "LMDBTestProcess", dependencies: ["LMDB"], path: "Tests/LMDBTestProcess",
      swiftSettings: strict),
    tests("HNSW", ["LMDB", "Kernels"]),
    .executableTarget(
      name: "DurabilityCheck", dependencies: ["Vitrine", "HNSW", "LMDB", "TestSupport"],
      path: "Tests/DurabilityCheck", swiftSettings: strict),
    .testTarget(
      name: "DurabilityTests", dependencies: ["DurabilityCheck"], swiftSettings: strict),
    tests("Imaging", ["Kernels"], resources: [.copy("Fixtures")]),
    tests("CLIP", ["Imaging", "Kernels"], resources: [.copy("Fixtures")]),
    tests("Vitrine", ["HNSW", "LMDB"]),
    tests("VitrineServer", ["Vitrine", "HNSW", hummingbirdTesting, metrics]),
    tests("VitrineCommand", ["Vitrine", "HNSW", logging]),
  ],
  swiftLanguageModes: [.v6]
)
