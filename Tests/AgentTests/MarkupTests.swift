import Agent
import Testing

@Suite struct MarkupTests {
    @Test(arguments: [
        ("<answer>red</answer>", String?.some("red")),
        ("<think>x</think>\n<answer>\n red \n</answer>", "red"),
        ("<answer>red</answer> no, <answer>blue</answer>", "blue"),
        ("<answer>red</answer> and <answer>", "red"),
        ("<answer>red <answer>blue</answer>", "blue"),
        ("<answer></answer>", ""),
        ("<answer>a</b></answer>", "a</b>"),
        ("<answer>é\u{301}</answer>", "é\u{301}"),
        ("<answer>red", nil), ("red</answer>", nil), ("</answer><answer>", nil), ("", nil), ("red", nil),
        ("<Answer>red</Answer>", nil),
        ("<answer>B</answer></answer>", "B"), ("<answer><answer>B</answer>", "B"),
        ("<answer><answer>B</answer></answer>", "B"), ("<answer>B</answer>C</answer>", "B"),
        ("<think>I will use <answer> tags</think><answer>B</answer>", "B"),
        ("<think>Or <answer>A</answer>?</think><answer>B</answer>", "B"),
        ("<answer>B</answer><think>not <answer>A</answer></think>", "B"),
        ("<think><answer>A</answer></think>", nil), ("<think>hm<answer>red</answer>", "red"),
    ])
    func findsTheLastAnswer(text: String, answer: String?) {
        #expect(Markup.answer(in: text) == answer)
    }

    @Test(arguments: [
        ("<think>x</think>\n<answer> B </answer><|im_end|>", "B"),
        ("<think>(A)</think> So it is B<|im_end|>", "So it is B"), ("A</think> So it is B", "So it is B"),
        ("thus \\boxed{\\frac{1}{2}} holds", "\\frac{1}{2}"), ("plain", "plain"),
        ("<think>never closed", "never closed"), ("<think>x</think><answer>cut o", "cut o"), ("", ""),
        ("<think>x</think>\nI look.\n<tool_call>{}</tool_call>", "I look."), ("<think>x</think>", ""),
    ]) func withoutTagsTheTextIsTheAnswer(completion: String, answer: String) {
        #expect(Markup.answerOrText(in: completion) == answer)
    }

    @Test(arguments: [
        ("<think>x</think><answer>B</answer>", true), ("<answer>A</answer> or <answer>B</answer>", true),
        ("<think>I will use <answer> tags</think><answer>B</answer>", true), ("", true),
        ("<answer>B</answer></answer>", false), ("<answer><answer>B</answer></answer>", false),
        ("<answer><answer>B</answer>", false), ("</answer><answer>", false), ("<think>x", false),
        ("x</think><answer>B</answer>", false),
    ]) func tagsInThoughtsDoNotCountForTheForm(text: String, isWellFormed: Bool) {
        #expect(Markup.isWellFormed(text) == isWellFormed)
    }

    @Test(arguments: [
        ("\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"), ("so \\boxed{1} or rather \\boxed {2}", "2"),
        ("\\fbox{a\\}b}", "a\\}b"), ("\\boxed{{1}}", "{1}"),
    ])
    func theLastBoxCounts(text: String, content: String) {
        #expect(Markup.boxed(in: text) == content)
    }

    @Test(arguments: ["\\boxed{1", "\\boxed 1", "", "boxed{1}", "\\boxed"])
    func aBoxThatIsNotClosedIsNone(text: String) {
        #expect(Markup.boxed(in: text) == nil)
    }

    @Test(arguments: [
        ("<tool_call>\n{}\n</tool_call>", String?.some("{}")),
        ("<tool_call>1</tool_call> <tool_call>2</tool_call>", "2"),
        ("<tool_call>1<tool_call>2</tool_call>", "2"),
        ("<tool_call>1", nil), ("1</tool_call>", nil), ("", nil),
    ])
    func findsTheLastToolCall(text: String, call: String?) {
        #expect(Markup.toolCall(in: text) == call)
    }

    @Test func aCombiningMarkAfterATagDoesNotHideIt() {
        #expect(Markup.answer(in: "<answer>\u{301}x</answer>\u{301}") == "\u{301}x")
    }
}
