using System.Text.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.UnitTests.Messages.Parts;

/// <summary>The shapes that model APIs and frameworks use, as their programs write them.</summary>
public sealed class KnownPartsTests
{
    [Theory]
    [InlineData("""{"type":"text","text":"a boat"}""")]
    [InlineData("""{"$type":"text","text":"a boat"}""")]
    [InlineData("""{"type":"input_text","text":"a boat"}""")]
    [InlineData("""{"type":"output_text","text":"a boat","annotations":[],"logprobs":[]}""")]
    [InlineData("""{"type":"message","role":"assistant","id":"msg_1","content":[{"type":"output_text","text":"a boat","annotations":[]}]}""")]
    [InlineData("""{"type":"message","role":"user","content":"a boat"}""")]
    [InlineData("""{"type":"text","text":{"value":"a boat","annotations":[]}}""")]
    [InlineData("""{"type":"text","text":"a boat","citations":null,"cache_control":{"type":"ephemeral"}}""")]
    [InlineData("""{"text":"a boat"}""")]
    [InlineData("""{"text":"a boat","thought":false,"function_call":null}""")]
    public void A_text_is_read_in_every_shape(string json)
    {
        var part = Only(json);

        Assert.Equal(PartKind.Text, part.Kind);
        Assert.Equal("a boat", part.Text);
    }

    [Theory]
    [InlineData("""{"type":"refusal","refusal":"I cannot say."}""")]
    [InlineData("""{"type":"refusal","text":"I cannot say."}""")]
    public void A_refusal_is_read_in_every_shape(string json)
    {
        var part = Only(json);

        Assert.Equal(PartKind.Refusal, part.Kind);
        Assert.Equal("I cannot say.", part.Text);
    }

    [Theory]
    [InlineData("""{"type":"reasoning","text":"north, then","encrypted":"AbC="}""", "north, then")]
    [InlineData("""{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"north"},{"type":"summary_text","text":"then"}],"encrypted_content":"gAAA"}""", "north\nthen")]
    [InlineData("""{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"north"}]}""", "north")]
    [InlineData("""{"type":"thinking","thinking":"north","signature":"EqQBCgIYAhIM"}""", "north")]
    [InlineData("""{"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"}""", "")]
    [InlineData("""{"$type":"reasoning","text":"north","protectedData":"gAAA"}""", "north")]
    [InlineData("""{"type":"reasoning","text":"north","state":"done","providerMetadata":{"openai":{"itemId":"rs_1"}}}""", "north")]
    [InlineData("""{"text":"north","thought":true}""", "north")]
    [InlineData("""{"thoughtSignature":"Cq0B"}""", "")]
    public void Reasoning_is_read_in_every_shape(string json, string text)
    {
        var part = Only(json);

        Assert.Equal(PartKind.Reasoning, part.Kind);
        Assert.Equal(text, part.Text);
    }

    [Theory]
    [InlineData("""{"type":"tool_call","id":"c1","name":"tide","arguments":{"port":"Brest"}}""")]
    [InlineData("""{"type":"tool_call","id":"c1","name":"tide","arguments":"{\"port\":\"Brest\"}"}""")]
    [InlineData("""{"id":"c1","type":"function","function":{"name":"tide","arguments":"{\"port\":\"Brest\"}"}}""")]
    [InlineData("""{"id":"c1","function":{"index":0,"name":"tide","arguments":{"port":"Brest"}}}""")]
    [InlineData("""{"type":"function_call","id":"fc_1","call_id":"c1","name":"tide","arguments":"{\"port\":\"Brest\"}","status":"completed"}""")]
    [InlineData("""{"type":"tool_use","id":"c1","name":"tide","input":{"port":"Brest"}}""")]
    [InlineData("""{"type":"server_tool_use","id":"c1","name":"tide","input":{"port":"Brest"}}""")]
    [InlineData("""{"$type":"functionCall","callId":"c1","name":"tide","arguments":{"port":"Brest"}}""")]
    [InlineData("""{"type":"function_call","call_id":"c1","name":"tide","arguments":{"port":"Brest"}}""")]
    [InlineData("""{"type":"tool-tide","toolCallId":"c1","state":"input-available","input":{"port":"Brest"}}""")]
    [InlineData("""{"type":"dynamic-tool","toolName":"tide","toolCallId":"c1","state":"input-available","input":{"port":"Brest"}}""")]
    [InlineData("""{"type":"tool-call","toolCallId":"c1","toolName":"tide","input":{"port":"Brest"}}""")]
    [InlineData("""{"functionCall":{"id":"c1","name":"tide","args":{"port":"Brest"}},"thoughtSignature":"Cq0B"}""")]
    [InlineData("""{"function_call":{"id":"c1","name":"tide","args":{"port":"Brest"}},"text":null}""")]
    public void A_call_is_read_in_every_shape(string json)
    {
        var part = Only(json);

        Assert.Equal(PartKind.Call, part.Kind);
        Assert.Equal("c1", part.CallId);
        Assert.Equal("tide", part.ToolName);
        Assert.Equal("""{"port":"Brest"}""", part.Arguments);
        Assert.Empty(part.Text);
    }

    [Theory]
    [InlineData("""{"type":"custom","id":"c1","custom":{"name":"sql","input":"SELECT 1"}}""", "sql", "\"SELECT 1\"")]
    [InlineData("""{"type":"custom_tool_call","call_id":"c1","name":"sql","input":"SELECT 1"}""", "sql", "\"SELECT 1\"")]
    [InlineData("""{"type":"local_shell_call","call_id":"c1","action":{"type":"exec","command":["ls"]}}""", "local_shell", """{"type":"exec","command":["ls"]}""")]
    [InlineData("""{"type":"shell_call","call_id":"c1","action":{"commands":["ls"]}}""", "shell", """{"commands":["ls"]}""")]
    [InlineData("""{"type":"computer_call","call_id":"c1","action":{"type":"wait"},"pending_safety_checks":[]}""", "computer", """{"type":"wait"}""")]
    [InlineData("""{"type":"apply_patch_call","call_id":"c1","operation":{"type":"delete_file","path":"a"}}""", "apply_patch", """{"type":"delete_file","path":"a"}""")]
    [InlineData("""{"type":"web_search_call","id":"c1","action":{"type":"search","query":"tides"}}""", "web_search", """{"type":"search","query":"tides"}""")]
    [InlineData("""{"executableCode":{"language":"PYTHON","code":"1+1","id":"c1"}}""", "code_execution", """{"language":"PYTHON","code":"1+1","id":"c1"}""")]
    [InlineData("""{"type":"tool_call","id":"c1","name":"now"}""", "now", "{}")]
    [InlineData("""{"id":"c1","type":"function","function":{"name":"now","arguments":""}}""", "now", "{}")]
    [InlineData("""{"id":"c1","type":"function","function":{"name":"now","arguments":"{\"a\":"}}""", "now", "\"{\\u0022a\\u0022:\"")]
    public void Arguments_are_json_whatever_the_tool_takes(string json, string tool, string arguments)
    {
        var part = Only(json);

        Assert.Equal(PartKind.Call, part.Kind);
        Assert.Equal("c1", part.CallId);
        Assert.Equal(tool, part.ToolName);
        Assert.Equal(arguments, part.Arguments);
    }

    [Theory]
    [InlineData("""{"type":"tool_result","tool_call_id":"c1","content":"high at 9"}""")]
    [InlineData("""{"type":"tool_result","tool_call_id":"c1","content":[{"type":"text","text":"high at 9"}]}""")]
    [InlineData("""{"type":"tool_result","tool_use_id":"c1","content":"high at 9"}""")]
    [InlineData("""{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"high at 9"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}""")]
    [InlineData("""{"type":"function_call_output","call_id":"c1","output":"high at 9"}""")]
    [InlineData("""{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"high at 9"}]}""")]
    [InlineData("""{"type":"custom_tool_call_output","call_id":"c1","output":"high at 9"}""")]
    [InlineData("""{"$type":"functionResult","callId":"c1","result":"high at 9"}""")]
    [InlineData("""{"$type":"functionResult","callId":"c1","result":[{"$type":"text","text":"high at 9"}]}""")]
    [InlineData("""{"type":"tool-result","toolCallId":"c1","toolName":"tide","output":{"type":"text","value":"high at 9"}}""")]
    [InlineData("""{"type":"tool-result","toolCallId":"c1","toolName":"tide","output":{"type":"content","value":[{"type":"text","text":"high at 9"}]}}""")]
    [InlineData("""{"type":"mcp_tool_result","tool_use_id":"c1","content":[{"type":"text","text":"high at 9"}],"is_error":false}""")]
    [InlineData("""{"type":"bash_code_execution_tool_result","tool_use_id":"c1","content":{"type":"bash_code_execution_result","stdout":"high at 9","stderr":"","return_code":0,"content":[]}}""")]
    public void A_result_is_read_in_every_shape(string json)
    {
        var part = Only(json);

        Assert.Equal(PartKind.Result, part.Kind);
        Assert.Equal("c1", part.CallId);
        Assert.Equal("high at 9", part.Text);
        Assert.False(part.IsError);
    }

    [Theory]
    [InlineData("""{"type":"tool_result","tool_call_id":"c1","content":{"high":9.50}}""", """{"high":9.50}""")]
    [InlineData("""{"type":"tool_result","tool_call_id":"c1","content":[{"high":9},{"high":21}]}""", """[{"high":9},{"high":21}]""")]
    [InlineData("""{"type":"tool_result","tool_call_id":"c1","content":["a","b"]}""", """["a","b"]""")]
    [InlineData("""{"type":"tool_result","tool_call_id":"c1","content":{"text":"a","n":1}}""", """{"text":"a","n":1}""")]
    [InlineData("""{"$type":"functionResult","callId":"c1","result":true}""", "true")]
    [InlineData("""{"$type":"functionResult","callId":"c1","result":null}""", "")]
    [InlineData("""{"functionResponse":{"name":"tide","response":{"result":"high"}}}""", """{"result":"high"}""")]
    [InlineData("""{"function_response":{"name":"tide","response":{"result":"high"}}}""", """{"result":"high"}""")]
    [InlineData("""{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"2\n"}}""", "2\n")]
    [InlineData("""{"type":"web_search_tool_result","tool_use_id":"c1","content":[{"type":"web_search_result","title":"Tides","url":"https://tides.test","encrypted_content":"EqgfCioIARgB"}]}""", "Tides\nhttps://tides.test")]
    [InlineData("""{"type":"shell_call_output","call_id":"c1","output":[{"stdout":"a","stderr":"","outcome":{"type":"exit","exit_code":0}}]}""", """[{"stdout":"a","stderr":"","outcome":{"type":"exit","exit_code":0}}]""")]
    public void A_result_that_is_json_has_its_json_as_text(string json, string text) => Assert.Equal(text, Only(json).Text);

    [Theory]
    [InlineData("""{"type":"tool_result","tool_use_id":"c1","content":"no port","is_error":true}""")]
    [InlineData("""{"type":"tool-result","toolCallId":"c1","toolName":"tide","output":{"type":"error-text","value":"no port"}}""")]
    [InlineData("""{"type":"tool-error","toolCallId":"c1","toolName":"tide","error":"no port"}""")]
    [InlineData("""{"codeExecutionResult":{"outcome":"OUTCOME_FAILED","output":"no port"}}""")]
    public void A_result_says_that_the_tool_failed(string json)
    {
        var part = Only(json);

        Assert.Equal("no port", part.Text);
        Assert.True(part.IsError);
    }

    [Theory]
    [InlineData("""{"type":"tool-tide","toolCallId":"c1","state":"output-available","input":{"port":"Brest"},"output":"high at 9"}""", false)]
    [InlineData("""{"type":"tool-tide","toolCallId":"c1","state":"output-error","input":{"port":"Brest"},"errorText":"high at 9"}""", true)]
    [InlineData("""{"type":"dynamic-tool","toolName":"tide","toolCallId":"c1","state":"output-available","input":{"port":"Brest"},"output":"high at 9"}""", false)]
    [InlineData("""{"type":"mcp_call","id":"c1","name":"tide","server_label":"sea","arguments":"{\"port\":\"Brest\"}","output":"high at 9","error":null}""", false)]
    [InlineData("""{"type":"mcp_call","id":"c1","name":"tide","server_label":"sea","arguments":"{\"port\":\"Brest\"}","output":null,"error":"high at 9"}""", true)]
    public void A_part_may_be_a_call_and_its_result(string json, bool isError)
    {
        var parts = Read($"[{json}]").Parts;

        Assert.Equal([PartKind.Call, PartKind.Result], parts.Select(part => part.Kind));
        Assert.All(parts, part => Assert.Equal(("c1", "tide", 0), (part.CallId, part.ToolName, part.Index)));
        Assert.Equal("""{"port":"Brest"}""", parts[0].Arguments);
        Assert.Equal("high at 9", parts[1].Text);
        Assert.Equal(isError, parts[1].IsError);
    }

    [Theory]
    [InlineData("""{"type":"image","url":"https://pictures.test/a.png"}""", MediaKind.Image)]
    [InlineData("""{"type":"image_url","image_url":{"url":"https://pictures.test/a.png","detail":"low"}}""", MediaKind.Image)]
    [InlineData("""{"type":"image_url","image_url":"https://pictures.test/a.png"}""", MediaKind.Image)]
    [InlineData("""{"type":"input_image","image_url":"https://pictures.test/a.png","detail":"auto"}""", MediaKind.Image)]
    [InlineData("""{"type":"image","source":{"type":"url","url":"https://pictures.test/a.png"}}""", MediaKind.Image)]
    [InlineData("""{"type":"image","image":"https://pictures.test/a.png"}""", MediaKind.Image)]
    [InlineData("""{"type":"document","source":{"type":"url","url":"https://pictures.test/a.png"}}""", MediaKind.File)]
    [InlineData("""{"$type":"uri","uri":"https://pictures.test/a.png","mediaType":"image/png"}""", MediaKind.Image)]
    [InlineData("""{"type":"file","url":"https://pictures.test/a.png","mediaType":"image/png","filename":"a.png"}""", MediaKind.Image)]
    [InlineData("""{"type":"file","data":"https://pictures.test/a.png","mediaType":"image/png"}""", MediaKind.Image)]
    [InlineData("""{"type":"input_file","file_url":"https://pictures.test/a.png"}""", MediaKind.File)]
    [InlineData("""{"fileData":{"mimeType":"image/png","fileUri":"https://pictures.test/a.png"}}""", MediaKind.Image)]
    public void A_picture_on_the_web_is_read_in_every_shape(string json, MediaKind kind)
    {
        var media = Only(json).Media!;

        Assert.Equal("https://pictures.test/a.png", media.Url);
        Assert.Equal(kind, media.Kind);
        Assert.Null(media.Base64);
    }

    [Theory]
    [InlineData("""{"type":"image","url":"data:image/png;base64,iVBORw0KGgo="}""", "image/png")]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}""", "image/png")]
    [InlineData("""{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="}""", "image/png")]
    [InlineData("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}""", "image/png")]
    [InlineData("""{"type":"document","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}""", "image/png")]
    [InlineData("""{"type":"image","image":"iVBORw0KGgo=","mediaType":"image/png"}""", "image/png")]
    [InlineData("""{"type":"image","data":"iVBORw0KGgo=","mimeType":"image/png"}""", "image/png")]
    [InlineData("""{"$type":"data","uri":"data:image/png;base64,iVBORw0KGgo=","name":"a.png"}""", "image/png")]
    [InlineData("""{"type":"file","url":"data:image/png;base64,iVBORw0KGgo=","mediaType":"image/png"}""", "image/png")]
    [InlineData("""{"type":"file","file":{"file_data":"data:image/png;base64,iVBORw0KGgo=","filename":"a.png"}}""", "image/png")]
    [InlineData("""{"type":"input_file","file_data":"data:image/png;base64,iVBORw0KGgo=","filename":"a.png"}""", "image/png")]
    [InlineData("""{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}""", "image/png")]
    [InlineData("""{"inline_data":{"mime_type":"image/png","data":"iVBORw0KGgo="}}""", "image/png")]
    [InlineData("""{"type":"image_generation_call","id":"ig_1","status":"completed","output_format":"png","result":"iVBORw0KGgo="}""", "image/png")]
    public void A_picture_in_the_part_is_read_in_every_shape(string json, string mediaType)
    {
        var part = Only(json);

        Assert.Equal(PartKind.Media, part.Kind);
        Assert.Equal(MediaKind.Image, part.Media!.Kind == MediaKind.File ? MediaKind.Image : part.Media.Kind);
        Assert.Equal("iVBORw0KGgo=", part.Media.Base64);
        Assert.Equal(mediaType, part.Media.MediaType);
        Assert.Null(part.Media.Url);
    }

    [Fact]
    public void Sounds_files_and_attachments_are_media()
    {
        var audio = Only("""{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}}""").Media!;
        var file = Only("""{"type":"file","file":{"file_id":"file-1","filename":"tides.pdf"}}""").Media!;
        var attached = Only(
            """{"type":"file","attachment_id":"0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0","media_type":"application/pdf","name":"tides.pdf"}""").Media!;
        var hosted = Only("""{"$type":"hostedFile","fileId":"file-1","mediaType":"text/csv","name":"tides.csv"}""").Media!;

        Assert.Equal((MediaKind.Audio, "audio/wav", "UklGRg=="), (audio.Kind, audio.MediaType, audio.Base64));
        Assert.Equal((MediaKind.File, "file-1", "tides.pdf"), (file.Kind, file.FileId, file.Name));
        Assert.Equal(Guid.Parse("0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0"), attached.AttachmentId);
        Assert.Equal(("application/pdf", "tides.pdf", null), (attached.MediaType, attached.Name, attached.Url));
        Assert.Equal(("file-1", "text/csv"), (hosted.FileId, hosted.MediaType));
    }

    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/png;base64,attachment:0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0"}}""")]
    [InlineData("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"attachment:0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0"}}""")]
    public void A_reference_in_place_of_base64_is_an_attachment(string json)
    {
        var media = Only(json).Media!;

        Assert.Equal(Guid.Parse("0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0"), media.AttachmentId);
        Assert.Equal("image/png", media.MediaType);
        Assert.Equal((null, null), (media.Base64, media.Url));
    }

    [Theory]
    [InlineData("""{"type":"hologram","text":"a boat","data":"AAAA"}""")]
    [InlineData("""{"type":"data","port":"Brest","text":"x"}""")]
    [InlineData("""{"type":"data-weather","data":{"text":"x"}}""")]
    [InlineData("""{"type":"source-url","sourceId":"1","url":"https://tides.test","title":"Tides"}""")]
    [InlineData("""{"type":"step-start"}""")]
    [InlineData("""{"$type":"usage","details":{"inputTokenCount":3}}""")]
    [InlineData("""{"$type":"error","message":"overloaded"}""")]
    [InlineData("""{"type":"item_reference","id":"msg_1"}""")]
    [InlineData("""{"type":"compaction","id":"cmp_1","encrypted_content":"gAAA"}""")]
    public void What_is_neither_said_nor_done_has_no_text(string json)
    {
        var part = Only(json);

        Assert.Equal(PartKind.Other, part.Kind);
        Assert.Empty(part.Text);
        Assert.Equal(json, part.Json.GetRawText());
    }

    [Fact]
    public void A_call_may_have_a_result_that_is_nothing()
    {
        var parts = Read("""[{"type":"tool-close","toolCallId":"c1","state":"output-available","input":{},"output":null}]""").Parts;

        Assert.Equal([(PartKind.Call, "c1", ""), (PartKind.Result, "c1", "")], parts.Select(part => (part.Kind, part.CallId, part.Text)));
    }

    [Theory]
    [InlineData("""{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"No."}]}""", "No.")]
    [InlineData("""{"type":"message","role":"assistant","content":[{"type":"output_text","text":""}]}""", "")]
    [InlineData("""{"type":"message","role":"assistant","content":[]}""", "")]
    [InlineData("""{"type":"message","role":"user","content":[{"type":"input_image","file_id":"file-1"}]}""", "")]
    [InlineData("""{"type":"tool_result","tool_call_id":"c1","content":[{"type":"output_text","text":""}]}""", "")]
    [InlineData("""{"type":"tool_result","tool_call_id":"c1","content":{"type":"message","content":"Hi"}}""", """{"type":"message","content":"Hi"}""")]
    public void Only_the_content_of_results_may_be_data(string json, string text) => Assert.Equal(text, Only(json).Text);

    [Fact]
    public void A_type_that_two_rows_have_is_told_by_its_fields()
    {
        Assert.Equal(PartKind.Media, Only("""{"type":"data","uri":"data:text/csv;base64,YQ=="}""").Kind);
        Assert.Equal(PartKind.Other, Only("""{"type":"data","rows":[]}""").Kind);
        Assert.Equal("tide", Only("""{"type":"tool_call","tool_call":{"id":"c1","name":"tide","args":"{}"}}""").ToolName);
        var document = Only("""{"type":"document","title":"Tides","source":{"type":"text","media_type":"text/plain","data":"high at 9"}}""");
        Assert.Equal(("high at 9", null, "Tides"), (document.Text, document.Media!.Base64, document.Media.Name));
    }

    private static MessagePart Only(string json) => Assert.Single(Read($"[{json}]").Parts);

    private static MessageParts Read(string json) => MessageParts.Read(JsonDocument.Parse(json).RootElement);
}
