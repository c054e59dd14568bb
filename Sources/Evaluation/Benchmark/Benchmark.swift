import Agent

/// A benchmark as a file declares it: where its questions lie, how they are asked and what counts as right.
///
/// Shipped ones are the files in `Sources/Evaluation/Benchmarks`; `deepeyes evaluate --benchmark my.yaml` takes another.
package struct Benchmark: Hashable, Sendable {
    /// On the command line.
    package let name: String
    package let title: String
    /// Raised whenever a change could change a score.
    package let version: Int
    /// Where it was published.
    package let paper: String
    package let data: Data
    package let answer: AnswerForm
    /// For items that have no options, where others have; as `answer` if left out.
    package let answerWithoutOptions: AnswerForm?
    /// Names of the tools on offer.
    package let tools: [String]
    /// The headline is the mean over the values of this category; over all items if left out.
    package let averagedOver: String?
    /// The official scorer.
    package let published: PublishedProtocol?

    /// How questions lie on disk.
    package struct Data: Hashable, Sendable, Decodable {
        package enum Layout: String, Hashable, Sendable, Decodable {
            /// Images with a JSON file of the same name beside them; `folder` is the name of the folder they are in.
            case folder
            /// Tab-separated columns with a header, as VLMEvalKit writes them.
            case table
            /// JSON: a list, an object by id, or one object a line; `file` is the name of the file.
            case json
            /// The scenes of VisualSearch, which are made and lie nowhere.
            case scenes
        }

        package let layout: Layout
        /// Names that are looked for in a folder, `*` standing for anything.
        package let files: [String]?
        /// Folders that images may be in, relative to that of the file.
        package let imageFolders: [String]?
        package let fields: Fields?
    }

    /// Which field of a row holds what. A path such as `metadata.task` goes into objects.
    package struct Fields: Hashable, Sendable, Decodable {
        package let id: String?
        package let question: String
        /// Said before the question.
        package let hint: String?
        /// One field with a list, or one for each option.
        package let options: [String]?
        package let answer: String?
        /// What the answer of a question with options is.
        package let answerNames: OptionName?
        /// Images: base64, paths, or lists of either; the first field that a row has counts.
        package let images: [String]?
        /// Fields that accuracy is reported for, by the name of the group.
        package let categories: [String: String]?
        package let boxes: String?
        package let boxForm: BoxForm?
    }

    /// How a row names the right option.
    package enum OptionName: String, Hashable, Sendable, Codable, CaseIterable {
        case letter, text
        /// It is always the first: a reason to shuffle.
        case first
    }

    package enum BoxForm: String, Hashable, Sendable, Codable, CaseIterable {
        /// Corners: x1, y1, x2, y2.
        case corners
        /// x, y, width, height.
        case size
        /// A closed outline of points, in the shapes of labelme.
        case polygons
    }
}

/// What an answer is, and so what is looked for in it.
package enum AnswerForm: String, Hashable, Sendable, Codable, CaseIterable {
    case option
    case yesNo = "yes-no"
    /// Compared as text, or by a judge.
    case text
    /// Compared by what it means.
    case mathematics
    /// Right from an intersection over union of 0.5.
    case box
    /// A box that stands for all its pixels, measured against polygons.
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
