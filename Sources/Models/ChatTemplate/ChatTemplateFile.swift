import Agent
package import Foundation
package import Tokenizer

/// `chat_template.jinja`: the format of `ChatMLFormat` as a Jinja template for software such as `transformers` and vLLM.
///
/// An image is one placeholder, which their processors repeat.
package enum ChatTemplateFile {
    package static let name = "chat_template.jinja"

    /// Writes the template into a model directory.
    ///
    /// - Throws: `TokenizerError` if the file cannot be written.
    package static func write(to directory: URL) throws(TokenizerError) {
        let file = directory.appending(path: name)
        do {
            try Data(text.utf8).write(to: file, options: .atomic)
        } catch {
            throw TokenizerError(
                .inaccessible, "writing a chat template", path: file.path,
                "\(error.localizedDescription); choose a writable directory")
        }
    }

    package static let text = """
        {%- macro render(content) -%}
            {%- if content is string -%}
                {{- content -}}
            {%- else -%}
                {%- for part in content or [] -%}
                    {%- if part.type == 'text' -%}
                        {{- part.text -}}
                    {%- elif part.type == 'image' or part.type == 'image_url' -%}
                        {{- '<|vision_start|><|image_pad|><|vision_end|>' -}}
                    {%- else -%}
                        {{- raise_exception('Content of type ' ~ part.type ~ ' is not supported.') -}}
                    {%- endif -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endmacro -%}
        {%- if messages and messages[0].role == 'system' -%}
            {%- set system = render(messages[0].content) -%}
            {%- set turns = messages[1:] -%}
        {%- else -%}
            {%- set system = \(quoted(ChatText.instruction)) -%}
            {%- set turns = messages -%}
        {%- endif -%}
        {{- '<|im_start|>system\\n' ~ system -}}
        {%- if tools -%}
            {{- \(quoted(ChatText.toolsStart)) -}}
            {%- for tool in tools -%}
                {{- '\\n' ~ (tool | tojson) -}}
            {%- endfor -%}
            {{- \(quoted(ChatText.toolsEnd)) -}}
        {%- endif -%}
        {{- '<|im_end|>\\n' -}}
        {%- for message in turns -%}
            {%- if message.role == 'tool' -%}
                {%- if loop.first or loop.previtem.role != 'tool' -%}
                    {{- '<|im_start|>user' -}}
                {%- endif -%}
                {{- \(quoted(ChatText.responseStart)) ~ render(message.content) -}}
                {{- \(quoted(ChatText.responseEnd)) -}}
                {%- if loop.last or loop.nextitem.role != 'tool' -%}
                    {{- '<|im_end|>\\n' -}}
                {%- endif -%}
            {%- else -%}
                {%- set content = render(message.content) -%}
                {{- '<|im_start|>' ~ message.role ~ '\\n' ~ content -}}
                {%- for item in message.tool_calls or [] -%}
                    {%- set call = item.function or item -%}
                    {{- '' if loop.first and not content else '\\n' -}}
                    {{- '<tool_call>\\n{"name": ' ~ (call.name | tojson) ~ ', "arguments": ' -}}
                    {{- call.arguments if call.arguments is string else call.arguments | tojson -}}
                    {{- '}\\n</tool_call>' -}}
                {%- endfor -%}
                {{- '<|im_end|>\\n' -}}
            {%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
            {{- '<|im_start|>assistant\\n' -}}
        {%- endif -%}

        """

    /// `text` as a Jinja string literal.
    private static func quoted(_ text: String) -> String {
        let escapes = [("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n")]
        return "'" + escapes.reduce(text) { $0.replacing($1.0, with: $1.1) } + "'"
    }
}
