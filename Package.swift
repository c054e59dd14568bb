// swift-tools-version: 6.2
import PackageDescription

/// `Tools/bootstrap` unpacks libtorch and Arrow C++ and leaves links to them here.
let libtorch = Context.packageDirectory + "/.deps/libtorch"
let arrow = Context.packageDirectory + "/.deps/arrow/pyarrow"

/// The kernels are written for AVX2; elsewhere they compile to plain loops.
#if arch(x86_64)
    let vectorFlags = ["-mavx2", "-mfma"]
#else
    let vectorFlags: [String] = []
#endif

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "DeepEyes",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "deepeyes", targets: ["deepeyes"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // MARK: Engine
        .target(
            name: "CTorch",
            cxxSettings: [
                .unsafeFlags(
                    [
                        "-isystem", "\(libtorch)/torch/include",
                        "-isystem", "\(libtorch)/torch/include/torch/csrc/api/include",
                        "-fvisibility=hidden", "-O3",
                    ] + vectorFlags)
            ],
            linkerSettings: [
                .unsafeFlags([
                    "-L", "\(libtorch)/torch/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/torch/lib",
                ]),
                .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
            ]),
        .target(name: "CounterRandom", swiftSettings: strict),
        .target(name: "JSON", swiftSettings: strict),
        .target(name: "Settings", dependencies: ["JSON"], swiftSettings: strict),
        .target(
            name: "Torch", dependencies: ["CTorch", "CounterRandom", "JSON", "Settings"],
            swiftSettings: strict),
        .systemLibrary(
            name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CLibWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .target(name: "CImaging", dependencies: ["CLibJPEG", "CLibPNG", "CLibWebP"]),
        .target(name: "Imaging", dependencies: ["CImaging"], swiftSettings: strict),

        .target(
            name: "CArrow",
            cxxSettings: [.unsafeFlags(["-isystem", "\(arrow)/include", "-fvisibility=hidden"])],
            linkerSettings: [
                .unsafeFlags(["-L", arrow, "-Xlinker", "-rpath", "-Xlinker", arrow]),
                .linkedLibrary("parquet"), .linkedLibrary("arrow"),
            ]),
        .target(name: "Parquet", dependencies: ["CArrow"], swiftSettings: strict),

        // MARK: Vocabulary and tasks, without a tensor
        .target(
            name: "Agent", dependencies: ["JSON", "Imaging", "CounterRandom", "Settings"],
            swiftSettings: strict),
        .target(
            name: "Tasks",
            dependencies: ["Agent", "JSON", "Imaging", "Parquet", "CounterRandom", "Settings"],
            swiftSettings: strict),
        .systemLibrary(
            name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "HTTP", dependencies: ["CLibCurl"], swiftSettings: strict),
        .target(name: "Endpoints", dependencies: ["CounterRandom", "HTTP"], swiftSettings: strict),
        .target(
            name: "Judging",
            dependencies: [
                "Agent", "Tasks", "Endpoints", "Settings", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [
                .embedInCode("Resources/calibration.jsonl"), .embedInCode("Resources/prompt.txt"),
                .embedInCode("Resources/math_verify_judge.py"),
            ],
            swiftSettings: strict),
        .target(
            name: "Runs",
            dependencies: [
                "JSON", "Imaging", "Settings",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["TensorBoard/tensorboard.proto"],
            swiftSettings: strict),
        .target(
            name: "Reports", dependencies: ["Agent", "JSON", "Imaging", "Runs"],
            resources: [.embedInCode("Resources")], swiftSettings: strict),
        .target(
            name: "Rollout", dependencies: ["Agent", "Tasks", "Imaging", "Runs", "CounterRandom"],
            swiftSettings: strict),

        // MARK: Evaluation, without a tensor
        .target(
            name: "Evaluation",
            dependencies: [
                "Agent", "JSON", "Tasks", "Rollout", "Endpoints", "Imaging", "Runs", "Reports",
                "CounterRandom", "Settings",
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("Benchmarks")], swiftSettings: strict),

        // MARK: Serving, without a tensor
        .target(
            name: "Serving",
            dependencies: [
                "Agent", "JSON", "HTTP", "Imaging", "Runs", "Reports", "Rollout", "CounterRandom",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [
                .embedInCode("Playground/Resources"), .embedInCode("Server/Resources"),
                .embedInCode("Viewer/Resources"),
            ],
            swiftSettings: strict),

        // MARK: Model and training
        .target(name: "Tokenizer", dependencies: ["JSON"], swiftSettings: strict),
        .target(
            name: "Models",
            dependencies: ["Torch", "Tokenizer", "JSON", "Imaging", "Agent", "CounterRandom"],
            swiftSettings: strict),
        .target(
            name: "Generation",
            dependencies: ["Torch", "Models", "Rollout", "Runs", "Agent", "CounterRandom"],
            swiftSettings: strict),
        .target(
            name: "Training",
            dependencies: [
                "Torch", "Models", "Generation", "Rollout", "Tokenizer", "Agent", "JSON", "Tasks",
                "Evaluation", "Judging", "Imaging", "Runs", "Reports", "CounterRandom", "Settings",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .target(
            name: "NanoBase",
            dependencies: [
                "Torch", "Models", "Generation", "Rollout", "Training", "Tokenizer", "Agent", "JSON", "Tasks",
                "Imaging", "Runs", "CounterRandom", "Settings",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "deepeyes",
            dependencies: [
                "Agent", "JSON", "Tasks", "Endpoints", "Evaluation", "Judging", "Imaging", "Models",
                "Generation", "Training", "NanoBase", "Runs", "Reports", "Rollout", "Serving", "Settings",
                "Torch",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // MARK: Tests
        .target(
            name: "TestSupport", dependencies: ["Torch"], path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "TestFixtures", dependencies: ["Runs", "Imaging", "Tokenizer"], path: "Tests/TestFixtures",
            swiftSettings: strict),
        .target(
            name: "TestPolicy", dependencies: ["Agent", "Imaging"], path: "Tests/TestPolicy",
            swiftSettings: strict),
        .target(
            name: "TestServer",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestServer", swiftSettings: strict),
        .testTarget(name: "CounterRandomTests", dependencies: ["CounterRandom"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "CounterRandom"], swiftSettings: strict),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"], swiftSettings: strict),
        .testTarget(
            name: "TorchTests", dependencies: ["Torch", "CounterRandom", "TestSupport", "TestFixtures"],
            exclude: ["Goldens"],
            swiftSettings: strict),
        .testTarget(
            name: "ImagingTests", dependencies: ["Imaging"], exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(
            name: "ParquetTests", dependencies: ["Parquet", "TestFixtures"], exclude: ["Goldens"],
            swiftSettings: strict),
        .testTarget(
            name: "AgentTests", dependencies: ["Agent", "JSON", "Imaging", "CounterRandom", "TestPolicy"],
            swiftSettings: strict),
        .testTarget(
            name: "TasksTests",
            dependencies: [
                "Tasks", "Agent", "JSON", "Imaging", "Parquet", "CounterRandom", "Settings", "TestFixtures",
            ],
            exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(
            name: "RolloutTests",
            dependencies: [
                "Rollout", "Agent", "JSON", "Imaging", "Tasks", "Runs", "CounterRandom", "TestPolicy",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Evaluation", "Agent", "JSON", "Rollout", "Reports", "Endpoints", "Tasks", "Imaging", "Runs",
                "CounterRandom", "TestFixtures", "TestPolicy",
            ],
            exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP", "TestServer"], swiftSettings: strict),
        .testTarget(
            name: "EndpointsTests", dependencies: ["Endpoints", "TestServer"], swiftSettings: strict),
        .testTarget(
            name: "JudgingTests",
            dependencies: ["Judging", "Endpoints", "Tasks", "Agent", "TestServer", "TestFixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "Serving", "Agent", "HTTP", "JSON", "Imaging", "Rollout", "Runs", "TestPolicy",
                "TestFixtures",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RunsTests",
            dependencies: ["Runs", "Imaging", "TestFixtures", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(
            name: "ReportsTests", dependencies: ["Reports", "Runs", "Imaging", "TestFixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "TokenizerTests", dependencies: ["Tokenizer", "TestFixtures"], exclude: ["Goldens"],
            swiftSettings: strict),
        .testTarget(
            name: "ModelsTests",
            dependencies: [
                "Models", "Tokenizer", "Torch", "Agent", "JSON", "Imaging", "CounterRandom", "TestSupport",
                "TestFixtures",
            ],
            exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(
            name: "GenerationTests",
            dependencies: [
                "Generation", "Models", "Rollout", "Runs", "Torch", "Agent", "Imaging", "CounterRandom",
                "TestFixtures", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "NanoBase", "Models", "Generation", "Torch", "Agent", "Tasks", "Judging",
                "Imaging",
                "Rollout", "Runs", "Reports", "CounterRandom", "Settings", "TestSupport", "TestFixtures",
                "TestPolicy",
            ],
            exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(
            name: "NanoBaseTests",
            dependencies: [
                "NanoBase", "Training", "Models", "Agent", "Tasks", "Imaging", "Torch", "TestSupport",
                "TestFixtures",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests", dependencies: ["deepeyes", "Imaging", "Runs", "TestFixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "GuidesTests",
            dependencies: [
                "Agent", "Tasks", "Evaluation", "Models", "Training", "Torch", "Rollout", "Runs", "JSON",
                "Imaging", "CounterRandom", "TestPolicy", "TestFixtures",
            ],
            swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx20
)
