namespace SessionService.IntegrationTests.Messages.Parts;

/// <summary>Messages as model APIs and frameworks write them, with the text and the type that follow from their parts.</summary>
internal static class PartSamples
{
    public const string Signature = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrzLoky3dl1pkiMOYds";

    public static TheoryData<string, string, string, string, string> All => new()
    {
        { "ours", "user", """[{"type":"text","text":"What is on it?"},{"type":"image","url":"https://example.org/cat.png","media_type":"image/png"}]""", "What is on it?", "chat" },
        { "ours", "assistant", """[{"type":"tool_call","id":"c1","name":"weather","arguments":{"city":"Zagreb","days":1E2}}]""", "", "tool_call" },
        { "ours", "tool", """[{"type":"tool_result","tool_call_id":"c1","content":"Sunny, 24 degrees"}]""", "Sunny, 24 degrees", "tool_result" },
        { "ours", "assistant", """[{"type":"reasoning","text":"Say no.","encrypted":"abc"},{"type":"refusal","text":"I cannot."},{"type":"data","rows":[1,2.50]}]""", "I cannot.", "chat" },
        { "OpenAI chat", "user", """[{"type":"text","text":"Describe."},{"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"low"}},{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}}]""", "Describe.", "chat" },
        { "OpenAI Responses", "assistant", """[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Looked."}],"encrypted_content":"gAAA"},{"type":"function_call","id":"fc_1","call_id":"call_1","name":"search","arguments":"{\"q\":\"tea\"}"}]""", "", "tool_call" },
        { "OpenAI Responses", "tool", """[{"type":"function_call_output","call_id":"call_1","output":"[\"green\",\"black\"]"}]""", "[\"green\",\"black\"]", "tool_result" },
        { "OpenAI Responses", "assistant", """[{"type":"output_text","text":"Green or black?","annotations":[],"logprobs":[]}]""", "Green or black?", "chat" },
        { "Anthropic", "assistant", $$$"""[{"type":"thinking","thinking":"They want tea.","signature":"{{{Signature}}}"},{"type":"text","text":"Let me look."},{"type":"tool_use","id":"toolu_1","name":"search","input":{"q":"tea"}}]""", "Let me look.", "tool_call" },
        { "Anthropic", "user", """[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"Two kinds."}],"is_error":false}]""", "Two kinds.", "tool_result" },
        { "Anthropic", "user", """[{"type":"document","source":{"type":"url","url":"https://example.org/a.pdf"}},{"type":"text","text":"Sum it up."}]""", "Sum it up.", "chat" },
        { "Microsoft.Extensions.AI", "assistant", """[{"$type":"text","text":"One moment."},{"$type":"functionCall","callId":"c9","name":"time","arguments":{"zone":"UTC"}}]""", "One moment.", "tool_call" },
        { "Microsoft.Extensions.AI", "tool", """[{"$type":"functionResult","callId":"c9","result":"09:30"}]""", "09:30", "tool_result" },
        { "Vercel AI SDK", "assistant", """[{"type":"step-start"},{"type":"reasoning","text":"Hm.","state":"done"},{"type":"text","text":"It is warm.","state":"done"},{"type":"data-chart","id":"d1","data":{"x":[1]}}]""", "It is warm.", "chat" },
        { "Vercel AI SDK", "assistant", """[{"type":"step-start"},{"type":"tool-weather","toolCallId":"t1","state":"output-available","input":{"city":"Split"},"output":{"celsius":31}},{"type":"text","text":"31 degrees in Split."}]""", "31 degrees in Split.", "tool_call" },
        { "Gemini", "assistant", """[{"text":"Thinking.","thought":true},{"text":"Here you are."},{"functionCall":{"name":"book","args":{"seats":2}}}]""", "Here you are.", "tool_call" },
        { "Gemini", "user", """[{"functionResponse":{"name":"book","response":{"result":"Booked."}}}]""", "{\"result\":\"Booked.\"}", "tool_result" },
        { "nobody", "user", """[{"type":"hologram","shape":{"b":1,"a":[true,null],"b":2}}]""", "", "chat" },
    };
}
