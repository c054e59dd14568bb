package import Foundation

/// The official scorers of benchmarks, reproduced including their defects, for predictions from any source.
package enum PublishedProtocol: String, CaseIterable, Sendable, Decodable {
    case vstar, hrbench
    case mmeRealWorld = "mme-realworld"
    case pope, mathvista, mathvision, mathverse, wemath, dynamath, logicvista, mmmu, mmstar, mmvet, slake,
        aime2024
    case refcoco
    case refcocoGrounding = "refcoco-grounding"
    case reasonseg
    case wemathReasoning = "wemath-reasoning"
    case dynamathReasoning = "dynamath-reasoning"
    case logicvistaReasoning = "logicvista-reasoning"

    /// Scores the predictions in a file.
    ///
    /// - Parameters:
    ///   - predictions: the file to score, in the benchmark's official format or that of VLMEvalKit, lmms-eval or DeepEyes.
    ///   - data: the benchmark's own file with the right answers, unless the predictions contain them.
    /// - Throws: ``PredictionError`` that names the file and the invalid entry.
    package func score(_ predictions: URL, data: URL?) throws -> Score {
        func each(_ scorer: ([AnsweredQuestion]) throws -> Score) throws -> Score {
            try scorer(try questions(predictions, data: data))
        }
        return switch self {
        case .pope: try POPE.score(PredictionFile(predictions), truth: data.map { try PredictionFile($0) })
        case .mathvista:
            try MathVista.score(PredictionFile(predictions), truth: data.map { try PredictionFile($0) })
        case .mathvision:
            try MathVision.score(PredictionFile(predictions), truth: PredictionFile(data ?? predictions))
        case .reasonseg: try ReasonSeg.score(try questions(predictions, data: nil), data: data)
        case .vstar: try each(VStar.score)
        case .hrbench: try each(HRBench.score)
        case .mmeRealWorld: try each(MMERealWorld.score)
        case .mathverse: try each(MathVerse.score)
        case .wemath: try each(WeMath.score)
        case .dynamath: try each(DynaMath.score)
        case .logicvista: try each(LogicVista.score)
        case .mmmu: try each(MMMU.score)
        case .mmstar: try each(MMStar.score)
        case .mmvet: try each(MMVet.score)
        case .slake: try each(Slake.score)
        case .aime2024: try each(AIME.score)
        case .refcoco: try each(RefCOCO.score)
        case .refcocoGrounding: try each(RefCOCO.scoreGrounding)
        case .wemathReasoning: try each(WeMath.scoreReasoning)
        case .dynamathReasoning: try each(DynaMath.scoreReasoning)
        case .logicvistaReasoning: try each(LogicVista.scoreReasoning)
        }
    }

    private func questions(_ predictions: URL, data: URL?) throws -> [AnsweredQuestion] {
        try AnsweredQuestion.read(predictions, data: data, ids: ids, needsText: !isJudged)
    }

    /// Whether a judge's output is scored instead of the model's text.
    private var isJudged: Bool { [.mathverse, .logicvista, .mmvet, .reasonseg].contains(self) }

    /// Fields that identify questions, in order of preference.
    private var ids: [String] {
        switch self {
        case .mmmu: ["id", "index", "doc_id"]
        case .slake: ["qid", "index", "id", "doc_id"]
        case .mathverse: ["index", "sample_index", "doc_id"]
        case .reasonseg: ["image", "image_path"]
        default: ["index", "question_id", "id", "ID", "doc_id"]
        }
    }

    /// A summary of the fields that `--rescore` reads and that `--data` adds.
    package var summary: String {
        switch self {
        case .pope:
            "JSON lines with question_id and answer, or text; data: the benchmark's JSON lines with question_id and label"
        case .mathvista:
            "the official scripts' object keyed by pid, with extraction; data: testmini.json, optional"
        case .mathvision: "JSON lines with id and model_answer; data: test.jsonl"
        case .mathverse: "the judge's score, true_false, judgement or gpt_eval_score, else extract and answer"
        case .logicvista: "the judge's extraction as res, with answer and skill"
        case .mmvet: "the judge's score, with category or capability"
        case .wemath: "prediction or hit, with ID, key and answer"
        case .dynamath:
            "prediction or, if no rule parses it, the judge's extracted; answer, answer_type, qid"
        case .mmmu: "prediction, with id, question_type, answer and options"
        case .hrbench:
            "prediction or, if no rule parses it, the judge's gpt_prediction; A to D, answer, cycle_category"
        case .refcoco: "prediction with a box in fractions of the image size; bbox, width, height"
        case .refcocoGrounding:
            "prediction with boxes in pixels or thousandths of the image size; bbox, width, height"
        case .reasonseg:
            "image and prediction with boxes in pixels, or polygons; data: the folder of labelme files"
        case .wemathReasoning: "prediction with reasoning, ID, key and answer; lmms-eval's parsing"
        case .dynamathReasoning:
            "prediction with reasoning, qid, answer or ground_truth; lmms-eval's parsing"
        case .logicvistaReasoning: "prediction with reasoning, skill, answer; lmms-eval's parsing"
        case .vstar, .mmeRealWorld, .mmstar, .slake, .aime2024: "prediction, with answer"
        }
    }
}
