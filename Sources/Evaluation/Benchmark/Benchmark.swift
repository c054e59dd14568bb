import Agent

/// The declaration of a benchmark: the layout of its data, the form of its answers, and its scorer.
///
/// Built-in benchmarks are the files in `Sources/Evaluation/Benchmarks`; `deepeyes evaluate --benchmark my.yaml` uses
/// another file.
package struct Benchmark: Hashable, Sendable {
    /// The name on the command line.
    package let name: String
    package let title: String
    /// Incremented with every change that can affect scores.
    package let version: Int
    /// The publication.
    package let paper: String
    package let data: Data
    package let answer: AnswerForm
    /// The answer form of items without options, in a benchmark where others have options; `answer` if left out.
    package let answerWithoutOptions: AnswerForm?
    /// Names of the offered tools.
    package let tools: [String]
    /// The headline is the mean over the values of this category; over all items if left out.
    package let averagedOver: String?
    /// The official scorer.
    package let published: PublishedProtocol?

    /// The layout of the questions on disk.
    package struct Data: Hashable, Sendable, Decodable {
        package enum Layout: String, Hashable, Sendable, Decodable {
            /// Images, each with a JSON file of the same base name; the field `folder` is the name of their folder.
            case folder
            /// Tab-separated columns with a header, as VLMEvalKit writes them.
            case table
            /// JSON: a list, an object keyed by id, or JSON lines; the field `file` is the file's name.
            case json
            /// Procedural scenes of VisualSearch; there are no files.
            case scenes
        }

        package let layout: Layout
        /// File name patterns to look for in a folder; `*` is a wildcard.
        package let files: [String]?
        /// Folders to search for images, relative to the file's folder.
        package let imageFolders: [String]?
        package let fields: Fields?
    }

    /// Maps the columns of a row to their meaning. A path such as `metadata.task` refers to a nested object.
    package struct Fields: Hashable, Sendable, Decodable {
        package let id: String?
        package let question: String
        /// Text placed before the question.
        package let hint: String?
        /// One field with a list, or one field per option.
        package let options: [String]?
        package let answer: String?
        /// How the answer field identifies the right option.
        package let answerNames: OptionName?
        /// Images as base64, paths, or lists of either; the first of these fields that a row has is used.
        /// `image` if left out; an empty list for a benchmark without images.
        package let images: [String]?
        /// Whether rows without an image are asked as text; otherwise they are bad rows.
        package let imagesOptional: Bool?
        /// Fields by which accuracy is broken down, keyed by the name of the breakdown.
        package let categories: [String: String]?
        package let boxes: String?
        package let boxForm: BoxForm?
    }

    /// How a row identifies the right option.
    package enum OptionName: String, Hashable, Sendable, Codable, CaseIterable {
        case letter, text
        /// The first option is always right, so options must be shuffled.
        case first
    }

    package enum BoxForm: String, Hashable, Sendable, Codable, CaseIterable {
        /// Corners: x1, y1, x2, y2.
        case corners
        /// x, y, width, height.
        case size
        /// Polygons in labelme's format.
        case polygons
    }
}

/// The form of an answer; it determines how answers are parsed and compared.
package enum AnswerForm: String, Hashable, Sendable, Codable, CaseIterable {
    case option
    case yesNo = "yes-no"
    /// Compared as text, or by a judge.
    case text
    /// Compared by mathematical equality.
    case mathematics
    /// Right if the intersection over union is at least 0.5.
    case box
    /// A box whose pixels are compared with polygons.
    case region
}

extension Benchmark {
    init(ofExamples name: String) {
        self.name = name
        title = name
        version = 1
        paper = ""
        data = Data(layout: .scenes, files: nil, imageFolders: nil, fields: nil)
        answer = .text
        answerWithoutOptions = nil
        tools = []
        averagedOver = nil
        published = nil
    }
}

extension Benchmark: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, title, version, paper, data, answer, answerWithoutOptions, tools, averagedOver, published
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        title = try values.decodeIfPresent(String.self, forKey: .title) ?? name
        version = try values.decode(Int.self, forKey: .version)
        paper = try values.decodeIfPresent(String.self, forKey: .paper) ?? ""
        data = try values.decode(Data.self, forKey: .data)
        answer = try values.decode(AnswerForm.self, forKey: .answer)
        answerWithoutOptions = try values.decodeIfPresent(AnswerForm.self, forKey: .answerWithoutOptions)
        tools = try values.decodeIfPresent([String].self, forKey: .tools) ?? [ZoomTool.name]
        averagedOver = try values.decodeIfPresent(String.self, forKey: .averagedOver)
        published = try values.decodeIfPresent(PublishedProtocol.self, forKey: .published)
        do { _ = try ToolBox.standard.choosing(tools) } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .tools, in: values, debugDescription: "\(error)")
        }
    }
}
