import Foundation
import TestFixtures
import TestSupport
import Testing
import Torch

struct SafetensorsReadingTests {
    @Test(arguments: [
        ("float32", DType.float32), ("float64", .float64), ("float16", .float16), ("bfloat16", .bfloat16),
        ("int32", .int32), ("int64", .int64), ("uint8", .uint8), ("bool", .bool), ("scalar", .float32),
        ("nothing", .float32),
    ])
    func readsWhatTheReferenceWrote(name: String, dtype: DType) throws {
        let goldens = try Goldens("types")
        let tensor = try goldens[name]
        #expect(tensor.dtype == dtype)
        expectClose(tensor, try goldens["\(name).numbers"], absolute: 0, relative: 0)
    }

    @Test func aMissingTensorIsNamedWithTheFile() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        try SafetensorsWriter.write([(name: "here", tensor: .ones([2]))], to: url)
        let file = try SafetensorsFile(url)
        let error = #expect(throws: SafetensorsError.self) { try file.tensor("there") }
        #expect(error?.path == url.path)
        #expect(error?.tensor == "there")
    }

    @Test func anUnexpectedShapeIsRefused() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        try SafetensorsWriter.write([(name: "x", tensor: .ones([2, 3]))], to: url)
        let file = try SafetensorsFile(url)
        #expect(try file.tensor("x", shape: [2, 3]).shape == [2, 3])
        let error = #expect(throws: SafetensorsError.self) { try file.tensor("x", shape: [3, 2]) }
        #expect(
            error?.reason
                == "its shape is [2, 3], but [3, 2] is needed: take the file and its configuration from the same model"
        )
    }

    @Test func bytesThatAreNoTruthValuesAreRefused() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        try hostileFile(#"{"b":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"#, [1, 7]).write(to: url)
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(url).tensor("b") }
        #expect(error?.reason == "element 1 is the byte 7, which is not a boolean")
    }

    @Test func headersMayHaveEscapesSpacesAndNoTensors() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        let header =
            #" { "__metadata__" : { "k\u00e9\n" : "\ud83d\ude00\"" } , "\ud83d\ude00\/\u00e9\n" : {"shape":[],"#
            + #""dtype":"U8","data_offsets":[0,1]} }   "#
        try hostileFile(header, [9]).write(to: url)
        let file = try SafetensorsFile(url)
        #expect(try file.tensor("😀/é\n").item() == 9)
        try hostileFile("{}", []).write(to: url)
        #expect(try SafetensorsFile(url).names == [])
    }

    @Test func aMissingFileAndAFolderAreRefused() throws {
        let folder = try TemporaryFolder()
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(folder.file("none")) }
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(folder.url) }
    }

    /// Each header with the tensor and the reason it is refused for.
    static let hostileHeaders: [(header: String, dataCount: Int, tensor: String?, reason: String)] = [
        ("", 0, nil, "the text ends too early"),
        ("[]", 0, nil, "must be an object, not a list"),
        ("{", 0, nil, "expected a name in quotes"),
        ("{}{}", 0, nil, "unexpected text after"),
        ("{},", 0, nil, "unexpected text after"),
        (#"{"a"}"#, 0, nil, "expected a colon"),
        (#"{"a":1}"#, 0, "a", "must be an object, not a number"),
        (#"{"a":{}}"#, 0, "a", "dtype, shape or data_offsets is missing"),
        (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "a", "dtype, shape or data_offsets is missing"),
        (#"{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}"#, 4, "a", "dtype must be a string"),
        (#"{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, 1, "a", "\"F8_E4M3\" is not among"),
        (#"{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}"#, 4, "a", "\"f32\" is not among"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#, 4, "a", "\"x\" is unknown"),
        (
            #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, nil,
            "a name occurs twice"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "a",
            "shape must be a list of whole numbers"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "a",
            "shape must be a list of whole numbers"
        ),
        (#"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, 4, nil, "expected a value"),
        (
            #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, 4, "a",
            "shape must be a list of whole numbers"
        ),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "a", "not a start and an end"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, 4, "a", "not a start and an end"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "a", "not a start and an end"),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "a",
            "4 bytes cannot hold the shape [2]"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "a",
            "0 bytes cannot hold"
        ),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, "a", "the file is cut short"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "a", "leaves a gap"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5, nil, "1 bytes of data after"),
        (
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
                + #""b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6, "b", "overlaps"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                + #""a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2, nil, "a name occurs twice"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                + #""\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2, nil, "a name occurs twice"
        ),
        (#"{"__metadata__":{},"__metadata__":{}}"#, 0, nil, "a name occurs twice"),
        (#"{"__metadata__":{"k":"1","k":"2"}}"#, 0, nil, "a name occurs twice"),
        (#"{"__metadata__":{"k":1}}"#, 0, nil, "__metadata__ must be an object of strings"),
        (#"{"\ud800":{}}"#, 0, nil, "half a surrogate pair"),
        (#"{"\ud800\u0041":{}}"#, 0, nil, "half a surrogate pair"),
        (#"{"\uzzzz":{}}"#, 0, nil, "four hexadecimal digits"),
        (#"{"\q":{}}"#, 0, nil, "unknown escape"),
        (#"{"\"#, 0, nil, "a string does not end"),
        (#"{"\u00"#, 0, nil, "a string does not end"),
        ("{\"a\n\":{}}", 0, nil, "a control character"),
        (#"{"a"#, 0, nil, "a string does not end"),
        (#"{"a":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}}"#, 4, nil, "expected a value"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}"#, 4, nil, "expected a name in quotes"),
    ]

    @Test(arguments: hostileHeaders)
    func aHostileHeaderIsRefusedWithItsReason(
        header: String, dataCount: Int, tensor: String?, reason: String
    ) throws {
        let folder = try TemporaryFolder()
        let url = folder.file("hostile.safetensors")
        try hostileFile(header, [UInt8](repeating: 0, count: dataCount)).write(to: url)
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(url) }
        #expect(error?.tensor == tensor)
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.description.contains(url.path) == true)
    }

    @Test func bytesThatAreNotUTF8AreRefused() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        let header = Data("{\"".utf8) + Data([0xFF, 0xFE]) + Data("\":{}}".utf8)
        try (length(UInt64(header.count)) + header).write(to: url)
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(url) }
        #expect(error?.reason.contains("UTF-8") == true)
    }

    @Test(arguments: [
        Data(), Data([1, 2, 3]), length(1), length(1 << 40), length(.max),
        length(100_000_001) + Data(count: 10),
    ])
    func aFileTooShortForItsHeaderIsRefused(bytes: Data) throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        try bytes.write(to: url)
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(url) }
    }

    /// No cut leaves a file that is taken for a whole one.
    @Test func everyTruncationIsRefused() throws {
        let folder = try TemporaryFolder()
        let whole = folder.file("whole.safetensors")
        try SafetensorsWriter.write(
            [(name: "a", tensor: .ones([2, 2])), (name: "b", tensor: .ones([3], dtype: .uint8))], to: whole)
        let bytes = try Data(contentsOf: whole)
        let cut = folder.file("cut.safetensors")
        for count in 0..<bytes.count {
            try bytes.prefix(count).write(to: cut)
            #expect(throws: SafetensorsError.self, "cut to \(count) of \(bytes.count) bytes") {
                try SafetensorsFile(cut)
            }
        }
    }
}

struct SafetensorsIndexTests {
    private func write(_ index: String, in folder: TemporaryFolder) throws {
        try folder.write(index, to: "model.safetensors.index.json")
    }

    @Test func readsASingleFile() throws {
        let folder = try TemporaryFolder()
        try SafetensorsWriter.write(
            [(name: "b", tensor: .ones([2])), (name: "a", tensor: .zeros([1]))],
            to: folder.file("model.safetensors"))
        let index = try SafetensorsIndex(folder.url)
        #expect(index.names == ["a", "b"])
        #expect(try index.tensor("b").values(as: Float.self) == [1, 1])
        #expect(!index.contains("c"))
    }

    @Test func readsShards() throws {
        let folder = try TemporaryFolder()
        try SafetensorsWriter.write([(name: "a", tensor: .ones([1]))], to: folder.file("one.safetensors"))
        try SafetensorsWriter.write([(name: "b", tensor: .ones([2]))], to: folder.file("two.safetensors"))
        try write(#"{"metadata":{},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}"#, in: folder)
        let index = try SafetensorsIndex(folder.url)
        #expect(index.names == ["a", "b"])
        #expect(try index.tensor("b", shape: [2]).count == 2)
        #expect(throws: SafetensorsError.self) { try index.tensor("c") }
    }

    @Test(arguments: [
        ("{", "not a shard index"),
        (#"{"weight_map":{"a":3}}"#, "not a shard index"),
        (#"{"weight_map":{"a":"../one.safetensors"}}"#, "not the name of a file in the same folder"),
        (#"{"weight_map":{"a":"/etc/passwd"}}"#, "not the name of a file in the same folder"),
        (#"{"weight_map":{"a":""}}"#, "not the name of a file in the same folder"),
        (#"{"weight_map":{"a":"lost.safetensors"}}"#, "No such file"),
        (#"{"weight_map":{"b":"one.safetensors"}}"#, "the file lacks it"),
    ])
    func aWrongIndexIsRefused(index: String, reason: String) throws {
        let folder = try TemporaryFolder()
        try SafetensorsWriter.write([(name: "a", tensor: .ones([1]))], to: folder.file("one.safetensors"))
        try write(index, in: folder)
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsIndex(folder.url) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func aFolderWithoutWeightsIsRefused() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsIndex(folder.url) }
        #expect(error?.path == folder.url.path)
    }
}

struct SafetensorsWritingTests {
    @Test(arguments: DType.allCases)
    func everyTypeRoundTrips(dtype: DType) throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        let tensor = Tensor([0, 1, 1, 0, 1, 1] as [Float], shape: [3, 2]).to(dtype)
        try SafetensorsWriter.write([(name: "x", tensor: tensor.transposed(0, 1))], to: url)
        let read = try SafetensorsFile(url).tensor("x")
        #expect(read.dtype == dtype)
        #expect(read.shape == [2, 3])
        #expect(read.values(as: Double.self) == [0, 1, 1, 1, 0, 1])
    }

    @Test func convertsOnlyFloatingPointTensors() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        let weight = Tensor([1.5, -2] as [Float])
        weight.requiresGrad = true
        try SafetensorsWriter.write(
            [(name: "count", tensor: Tensor([3] as [Int64])), (name: "weight", tensor: weight)], to: url,
            dtype: .bfloat16)
        let file = try SafetensorsFile(url)
        #expect(try file.tensor("weight").dtype == .bfloat16)
        #expect(try file.tensor("count").dtype == .int64)
        #expect(try file.tensor("weight").values(as: Float.self) == [1.5, -2])
    }

    @Test func keepsNamesOfAnyKind() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        let name = "weird \"name\"\\ \u{1}é😀"
        try SafetensorsWriter.write([(name: name, tensor: .ones([1]))], to: url)
        #expect(try SafetensorsFile(url).names == [name])
    }

    @Test func everyTensorIsAligned() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        try SafetensorsWriter.write(
            [
                (name: "bytes", tensor: .ones([3], dtype: .uint8)),
                (name: "halves", tensor: .ones([3], dtype: .float16)),
                (name: "longs", tensor: .ones([1], dtype: .int64)), (name: "floats", tensor: .ones([1])),
            ], to: url)
        #expect(try SafetensorsFile(url).names == ["longs", "floats", "halves", "bytes"])
        let bytes = try Data(contentsOf: url).prefix(8)
        let headerCount = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        #expect(headerCount % 8 == 0)
    }

    @Test func replacesAFileWholeAndLeavesNothingBeside() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("a.safetensors")
        try SafetensorsWriter.write([(name: "old", tensor: .ones([1]))], to: url)
        try SafetensorsWriter.write([(name: "new", tensor: .ones([1]))], to: url)
        #expect(try SafetensorsFile(url).names == ["new"])
        #expect(try folder.names == ["a.safetensors"])
    }

    @Test func aNameUsedTwiceIsRefusedBeforeAnythingIsWritten() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsWriter.write(
                [(name: "x", tensor: .ones([1])), (name: "x", tensor: .ones([1]))],
                to: folder.file("a.safetensors"))
        }
        #expect(error?.tensor == "x")
        #expect(try folder.names == [])
    }

    @Test func aMissingFolderIsNamedWithItsRemedy() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("none").appendingPathComponent("a.safetensors")
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsWriter.write([(name: "x", tensor: .ones([1]))], to: url)
        }
        #expect(
            error?.description
                == "cannot write \(url.path): No such file or directory: create the folder first")
    }

    #if os(Linux)
        /// A limit on file sizes stands for a full disk, in a process of its own.
        @Test func aFullDiskLeavesTheOldFileAndNothingElse() async {
            await #expect(processExitsWith: .success) {
                let folder = try TemporaryFolder()
                let url = folder.file("a.safetensors")
                try SafetensorsWriter.write([(name: "old", tensor: .ones([1]))], to: url)
                signal(SIGXFSZ, SIG_IGN)
                var limit = rlimit(rlim_cur: 1 << 16, rlim_max: 1 << 16)
                precondition(setrlimit(__rlimit_resource_t(1), &limit) == 0)
                do {
                    try SafetensorsWriter.write([(name: "new", tensor: .ones([1 << 20]))], to: url)
                    preconditionFailure("the file cannot have been written")
                } catch let error as SafetensorsError {
                    precondition(error.reason.contains("free some space"))
                }
                let contents = try folder.names
                let names = try SafetensorsFile(url).names
                precondition(contents == ["a.safetensors"] && names == ["old"])
            }
        }
    #endif
}

/// The eight bytes that state a header's length.
private func length(_ count: UInt64) -> Data {
    withUnsafeBytes(of: count.littleEndian) { Data($0) }
}

/// A file with the right length before whatever header.
private func hostileFile(_ header: String, _ data: [UInt8]) -> Data {
    length(UInt64(header.utf8.count)) + Data(header.utf8) + Data(data)
}
