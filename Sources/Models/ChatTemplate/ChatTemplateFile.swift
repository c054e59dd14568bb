import Agent
package import Foundation
import JSON
package import Tokenizer

/// `chat_template.jinja`: the format of `ChatMLFormat` as a Jinja template for software such as `transformers` and vLLM.
///
/// An image is one placeholder, which their processors repeat. A checkpoint that is saved has this template in place of the
/// one that its base came with, because it was trained on prompts of this format.
package enum ChatTemplateFile {
    package static let name = "chat_template.jinja"

    /// The other files in which software looks for a template, some of it first.
    private static let otherFiles = ["chat_template.json", "tokenizer_config.json"]
    private static let key = "chat_template"

    /// Replaces the chat template in the files of a tokenizer.
    ///
    /// `chat_template.jinja` is added; a template in another file is replaced by the same text. A file without one stays as it
    /// is, byte for byte.
    ///
    /// - Parameter files: contents by name.
    /// - Throws: `TokenizerError` for a file with a template that is not JSON.
    package static func replaceTemplate(in files: inout [String: Data]) throws(TokenizerError) {
        files[name] = Data(text.utf8)
        for other in otherFiles {
            guard let contents = files[other] else { continue }
            let value: JSONValue
            do throws(JSONError) {
                value = try JSONValue(parsing: contents)
            } catch {
                throw TokenizerError(.malformed, "reading a chat template", path: other, "\(error)")
            }
            guard var object = value.object, object[key] != nil else { continue }
            object[key] = .string(text)
            files[other] = Data((JSONValue.object(object).text(.indented) + "\n").utf8)
        }
    }

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
