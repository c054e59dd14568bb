import Foundation
import JSON
import Settings
import Tasks
import Yams

extension Benchmark {
    /// The built-in benchmarks, by name.
    package static func shipped() throws(BenchmarkError) -> [Benchmark] {
        try files.map { (bytes) throws(BenchmarkError) in
            try Benchmark(parsing: Foundation.Data(bytes), from: "a built-in benchmark")
        }
    }

    private static let files = [
        PackageResources.aime2024_yaml, PackageResources.dynamath_yaml, PackageResources.hrbench_4k_yaml,
        PackageResources.hrbench_8k_yaml, PackageResources.logicvista_yaml, PackageResources.mathverse_yaml,
        PackageResources.mathvision_yaml, PackageResources.mathvista_yaml,
        PackageResources.mme_realworld_lite_yaml, PackageResources.mmmu_yaml, PackageResources.mmstar_yaml,
        PackageResources.mmvet_yaml, PackageResources.pope_yaml, PackageResources.reasonseg_yaml,
        PackageResources.refcoco_yaml, PackageResources.slake_yaml, PackageResources.visualsearch_yaml,
        PackageResources.vstar_yaml, PackageResources.wemath_yaml,
    ]

    /// - Parameter name: name of a built-in benchmark, or path of a YAML file.
    /// - Throws: ``BenchmarkError`` for an unknown name or an invalid file.
    package init(named name: String) throws(BenchmarkError) {
        guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
            let shipped = try Benchmark.shipped()
            guard let known = shipped.first(where: { $0.name == name }) else {
                let names = shipped.map(\.name)
                throw BenchmarkError(
                    place: name,
                    problem: "unknown benchmark; use \(names.joined(separator: ", ")), or a YAML file"
                        + NearestName.question(name, among: names))
            }
            self = known
            return
        }
        guard let contents = FileManager.default.contents(atPath: name) else {
            throw BenchmarkError(place: name, problem: "cannot be read; check the path")
        }
        try self.init(parsing: contents, from: name)
    }

    /// A benchmark made of examples, such as the held-out part of a user's own questions.
    package static func examples(_ name: String) -> Benchmark { Benchmark(ofExamples: name) }

    private init(parsing contents: Foundation.Data, from place: String) throws(BenchmarkError) {
        do { self = try YAMLDecoder().decode(Benchmark.self, from: contents) } catch {
            let problem = (error as? DecodingError)?.summary ?? "\(error)"
            throw BenchmarkError(place: place, problem: "is not a valid benchmark file: \(problem)")
        }
    }
}

/// A benchmark or one of its rows is invalid.
package struct BenchmarkError: Error, Hashable, CustomStringConvertible {
    /// A path, with the row if the error is in one.
    package let place: String
    package let problem: String

    package init(place: String, problem: String) {
        self.place = place
        self.problem = problem
    }

    package var description: String { "\(place): \(problem)" }
}
