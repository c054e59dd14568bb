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
    ])
    func findsTheLastAnswer(text: String, answer: String?) {
        #expect(Markup.answer(in: text) == answer)
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
