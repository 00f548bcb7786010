using System.Text.Json;
using SessionService.Application.Contexts;
using SessionService.Application.Imports.Foreign;
using SessionService.Application.Messages.Parts;

namespace SessionService.UnitTests.Imports;

public sealed class ForeignFormsTests
{
    [Theory]
    // Claude
    [InlineData("""{"uuid":"k1","name":"Bread","created_at":"2024-02-03T04:05:06Z","chat_messages":[{"uuid":"a","sender":"human","text":"How long?","created_at":"2024-02-03T04:05:07Z"},{"uuid":"b","sender":"assistant","text":"An hour."}]}""")]
    [InlineData("""{"chat_messages":[{"text":"","content":[{"type":"text","text":"How long?"}],"sender":"human","files":[{"file_name":"loaf.png"}]},{"sender":"assistant","content":[{"type":"thinking","thinking":"Hm"},{"type":"text","text":"An hour.","citations":[]}]}],"name":"Bread","created_at":"2024-02-03T04:05:06Z","uuid":"k1"}""")]
    [InlineData("""{"uuid":"k1","name":"Bread","created_at":"2024-02-03T04:05:06.000000+00:00","chat_messages":[{"uuid":"a","sender":"human","text":"How long?","parent_message_uuid":"00000000-0000-4000-8000-000000000000"},{"uuid":"b","sender":"assistant","text":"Two.","parent_message_uuid":"a","created_at":"2024-02-03T04:05:08Z"},{"uuid":"c","sender":"assistant","text":"An hour.","parent_message_uuid":"a","created_at":"2024-02-03T04:05:09Z"}]}""")]
    // Open WebUI
    [InlineData("""{"id":"o1","title":"Bread","created_at":1706933106,"chat":{"title":"Bread","history":{"currentId":"b","messages":{"a":{"id":"a","parentId":null,"childrenIds":["b","c"],"role":"user","content":"How long?","timestamp":1706933107},"b":{"id":"b","parentId":"a","role":"assistant","content":"An hour.","timestamp":1706933108},"c":{"id":"c","parentId":"a","role":"assistant","content":"Two.","timestamp":1706933109}}}}}""")]
    [InlineData("""{"chat":{"timestamp":1706933106000,"history":{"messages":{"a":{"role":"user","content":"How long?"},"b":{"parentId":"a","role":"assistant","content":"<details type=\"reasoning\" done=\"true\">\n<summary>Thought</summary>\n> Hm\n</details>\nAn hour."}}},"title":"Bread"}}""")]
    // LibreChat
    [InlineData("""{"conversationId":"l1","title":"Bread","createdAt":"2024-02-03T04:05:06Z","messages":[{"messageId":"a","parentMessageId":"00000000-0000-0000-0000-000000000000","text":"How long?","sender":"User","isCreatedByUser":true},{"messageId":"b","parentMessageId":"a","text":"An hour.","sender":"GPT-4","isCreatedByUser":false}]}""")]
    [InlineData("""{"conversationId":"l1","title":"Bread","createdAt":{"$date":"2024-02-03T04:05:06Z"},"recursive":true,"messagesTree":[{"messageId":"a","text":"How long?","sender":"User","children":[{"messageId":"b","sender":"Some model","content":[{"type":"think","think":"Hm"},{"type":"text","text":{"value":"An hour."}}],"children":[]}]}]}""")]
    // ShareGPT
    [InlineData("""{"id":"s1","title":"Bread","create_time":"1706933106","conversations":[{"from":"human","value":"How long?"},{"from":"gpt","value":"An hour."}]}""")]
    [InlineData("""{"items":[{"value":"How long?","from":"user"},{"value":"An hour.","from":"chatgpt"}],"topic":"Bread","timestamp":1706933106000}""")]
    // Vercel AI SDK
    [InlineData("""{"id":"v1","title":"Bread","createdAt":"2024-02-03T04:05:06.000Z","messages":[{"id":"a","role":"user","parts":[{"type":"text","text":"How long?"},{"type":"file","mediaType":"image/png","url":"https://example.com/a.png"}]},{"id":"b","role":"assistant","parts":[{"type":"step-start"},{"type":"reasoning","text":"Hm"},{"type":"text","text":"An hour."}]}]}""")]
    // Responses
    [InlineData("""{"title":"Bread","created_at":1706933106,"object":"response","id":"r1","input":"How long?","output":[{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"An hour.","annotations":[]}]}]}""")]
    [InlineData("""{"title":"Bread","timestamp":1706933106.0,"messages":[{"type":"message","role":"user","content":[{"type":"input_text","text":"How long?"}]},{"type":"message","role":"assistant","content":"An hour."}]}""")]
    // Conversations, and threads of Assistants: both lists begin with the newest
    [InlineData("""{"title":"Bread","created_at":1706933106,"object":"list","data":[{"type":"message","id":"b","role":"assistant","content":[{"type":"output_text","text":"An hour.","annotations":[],"logprobs":[]}],"status":"completed"},{"type":"message","id":"a","role":"user","content":[{"type":"input_text","text":"How long?"}],"status":"completed"}],"first_id":"b","last_id":"a","has_more":false}""")]
    [InlineData("""{"title":"Bread","created_at":1706933106,"object":"list","data":[{"id":"b","object":"thread.message","created_at":1706933108,"thread_id":"t","role":"assistant","content":[{"type":"text","text":{"value":"An hour.","annotations":[]}}]},{"id":"a","object":"thread.message","created_at":1706933106,"thread_id":"t","role":"user","content":[{"type":"text","text":{"value":"How long?","annotations":[]}}]}],"first_id":"b","last_id":"a","has_more":false}""")]
    [InlineData("""{"title":"Bread","messages":[{"id":"a","object":"thread.message","created_at":1706933106,"thread_id":"t","role":"user","content":[{"type":"text","text":{"value":"How long?","annotations":[]}}]},{"id":"b","object":"thread.message","created_at":1706933108,"thread_id":"t","role":"assistant","content":[{"type":"text","text":{"value":"An hour.","annotations":[]}}]}]}""")]
    // AI Studio, Gemini, Grok
    [InlineData("""{"title":"Bread","createTime":"2024-02-03T04:05:06Z","runSettings":{"model":"models/m"},"chunkedPrompt":{"chunks":[{"text":"How long?","role":"user","tokenCount":3},{"text":"An hour.","role":"model"}],"pendingInputs":[]}}""")]
    [InlineData("""{"title":"Bread","createTime":{"seconds":1706933106},"contents":[{"role":"user","parts":[{"text":"How long?"}]},{"role":"model","parts":[{"text":"Hm","thought":true},{"text":"An hour."}]}]}""")]
    [InlineData("""{"conversation":{"id":"g1","title":"Bread","create_time":"2024-02-03T04:05:06Z","leaf_response_id":"b"},"responses":[{"response":{"_id":"a","message":"How long?","sender":"human","create_time":{"$date":{"$numberLong":"1706933107000"}}}},{"response":{"_id":"b","message":"An hour.","sender":"ASSISTANT","parent_response_id":"a"}}]}""")]
    // Chats and fine-tuning lines
    [InlineData("""{"name":"Bread","created":1706933106,"messages":[{"role":"user","content":"How long?"},{"role":"assistant","content":[{"type":"text","text":"An hour."}]}]}""")]
    [InlineData("""{"title":" ","name":"Bread","date":"2024-02-03 04:05:06","conversations":[{"role":"user","content":"How long?"},{"role":"assistant","content":"An hour."}]}""")]
    [InlineData("""{"topic":"Bread","created_at":"Sat Feb 03 2024 05:05:06 GMT+0100 (CET)","prompt":"How long?","completion":"An hour."}""")]
    public void The_forms_that_people_have_tell_the_same_conversation(string json)
    {
        var session = Foreign.Read(json);

        Assert.Equal(["user chat: How long?", "assistant chat: An hour."], session.Told());
        Assert.Equal("Bread", session.Session.Title);
        Assert.Equal(new DateTimeOffset(2024, 2, 3, 4, 5, 6, TimeSpan.Zero), session.Session.CreatedAt);
        Assert.Equal(session.Messages.Count, session.Messages.Select(message => message.MessageId).Distinct().Count());
    }

    [Fact]
    public void A_thread_keeps_its_files_its_citations_and_what_its_messages_say_of_themselves()
    {
        var session = Foreign.Read(
            """
            {"object":"list","data":[
              {"id":"m2","object":"thread.message","created_at":1706933106,"thread_id":"thread_1","role":"assistant","assistant_id":"asst_1","run_id":"run_1",
               "content":[{"type":"text","text":{"value":"See [1].","annotations":[{"type":"file_citation","text":"[1]","file_citation":{"file_id":"file-1"}}]}}]},
              {"id":"m1","object":"thread.message","created_at":1706933106,"thread_id":"thread_1","role":"user","attachments":[{"file_id":"file-1"}],
               "content":[{"type":"text","text":{"value":"What is it?","annotations":[]}},{"type":"image_file","image_file":{"file_id":"file-2"}}]}]}
            """);

        Assert.Equal(["user chat: What is it?", "assistant chat: See [1]."], session.Told());
        Assert.Equal("file-2", session.Messages[0].Parts()[1].GetProperty("image_file").GetProperty("file_id").GetString());
        Assert.Equal("file-1", session.Messages[0].Labels().GetProperty("attachments")[0].GetProperty("file_id").GetString());
        Assert.Equal("[1]", session.Messages[1].Labels().GetProperty("citations")[0].GetProperty("text").GetString());
        Assert.Equal("run_1", session.Messages[1].Labels().GetProperty("run_id").GetString());
        Assert.Equal("thread_1", session.Session.Labels().GetProperty("conversation_id").GetString());
    }

    [Fact]
    public void A_list_of_items_that_begins_with_the_newest_is_turned_round()
    {
        var session = Foreign.Read(
            """
            {"object":"list","conversation_id":"conv_1","data":[
              {"type":"function_call_output","id":"c","call_id":"1","output":"Sunny"},
              {"type":"function_call","id":"b","call_id":"1","name":"weather","arguments":"{}"},
              {"type":"message","id":"a","role":"user","content":[{"type":"input_text","text":"Weather?"}]}]}
            """);

        Assert.Equal(["user chat: Weather?", "assistant tool_call: ", "tool tool_result: Sunny"], session.Told());
    }

    [Theory]
    [InlineData("""{"title":"Prices","messages":[{"sender":"User","text":"How much?"},{"sender":"Bot","text":"Ten."}]}""")]
    [InlineData("""{"messages":["Hi"]}""")]
    [InlineData("""{"messages":{"a":1}}""")]
    [InlineData("""{"conversations":[]}""")]
    [InlineData("""{}""")]
    public void What_has_no_known_form_is_found_out(string json)
    {
        using var document = JsonDocument.Parse(json);

        Assert.Null(ForeignForms.Find(document.RootElement));
    }

    [Theory]
    [MemberData(nameof(Conversations.WithACall), MemberType = typeof(Conversations))]
    public void Calls_of_tools_become_calls_and_results_whatever_form_they_have(string json)
    {
        var session = Foreign.Read(json);

        Assert.Equal(["user chat: Rain?", "assistant tool_call: ", "tool tool_result: Yes", "assistant chat: It rains."], session.Told());
        var call = Assert.Single(ToolCall.ReadCalls("assistant", "tool_call", "", session.Messages[1].Metadata!.Value));
        Assert.Equal(("c1", "weather"), (call.Id, call.Name));
        Assert.Equal("Oslo", JsonDocument.Parse(call.Arguments!).RootElement.GetProperty("at").GetString());
        Assert.Equal("c1", ToolCall.ReadAnsweredId(session.Messages[2].Metadata!.Value));
    }

    [Theory]
    [MemberData(nameof(Conversations.WithACall), MemberType = typeof(Conversations))]
    public void Calls_and_results_are_parts_too(string json)
    {
        var session = Foreign.Read(json);

        var call = Assert.Single(session.Messages[1].ReadParts());
        Assert.Equal((PartKind.Call, "c1", "weather"), (call.Kind, call.CallId, call.ToolName));
        Assert.Equal("Oslo", JsonDocument.Parse(call.Arguments).RootElement.GetProperty("at").GetString());
        var result = Assert.Single(session.Messages[2].ReadParts());
        Assert.Equal((PartKind.Result, "c1", "Yes"), (result.Kind, result.CallId, result.Text.Trim('"')));
        Assert.All([session.Messages[0], session.Messages[3]], message => Assert.Null(message.Parts));
    }

    [Fact]
    public void A_file_that_is_larger_than_an_attachment_may_be_is_left_out_by_name()
    {
        var large = Convert.ToBase64String(new byte[6_000]);
        var session = Foreign.Read(
            $$$"""
            {"messages":[{"role":"user","content":[
                {"type":"text","text":"Which one?"},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,{{{large}}}"}},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}
            """,
            maxFileBytes: 5_000);

        var message = Assert.Single(session.Messages);
        Assert.Equal(2, message.Parts().Count);
        Assert.Equal("image_url", Assert.Single(message.Labels().GetProperty("omitted").EnumerateArray()).GetProperty("type").GetString());
    }

    [Fact]
    public void Parts_keep_their_order_and_their_form()
    {
        const string Thought = """{"type":"thinking","thinking":"Hm","signature":"Eq="}""";
        const string Text = """{"type":"text","text":"I look.","citations":[]}""";
        const string Call = """{"type":"tool_use","id":"c1","name":"weather","input":{"at":"Oslo","n":1.50}}""";
        const string Picture = """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}""";
        const string Result = $$"""{"type":"tool_result","tool_use_id":"c1","content":[{{Picture}},{"type":"text","text":"Rain"}]}""";
        var session = Foreign.Read($$"""{"messages":[{"role":"assistant","content":[{{Thought}},{{Text}},{{Call}}]},{"role":"user","content":[{{Result}},{{Text}},{{Picture}}]}]}""");

        Assert.Equal(
            [$"[{Thought},{Text},{Call}]", $"[{Result}]", $"[{Text},{Picture}]"], session.Messages.Select(message => message.Parts!.Value));
        Assert.Equal(["assistant tool_call: I look.", "tool tool_result: Rain", "user chat: I look."], session.Told());
        Assert.All(session.Messages, message => Assert.False(message.Labels().TryGetProperty("parts", out _)));
    }

    [Theory]
    [InlineData("""{"file_name":"a.txt","extracted_content":"Bread"}""", """{"type":"file","file_name":"a.txt","extracted_content":"Bread"}""", "a.txt")]
    [InlineData("""{"file_name":"a.txt","media_type":"a text"}""", """{"type":"data","data":{"file_name":"a.txt","media_type":"a text"}}""", null)]
    public void What_has_no_type_gets_one_and_what_is_wrong_in_its_form_is_data(string file, string part, string? name)
    {
        var session = Foreign.Read($$"""{"uuid":"k1","chat_messages":[{"sender":"human","text":"See.","attachments":[{{file}}]}]}""");

        var message = Assert.Single(session.Messages);
        Assert.Equal($$"""[{"type":"text","text":"See."},{{part}}]""", message.Parts!.Value);
        Assert.Equal(name, message.ReadParts()[1].Media?.Name);
    }

    [Fact]
    public void Reasoning_beside_an_answer_is_a_part_and_the_refusal_of_a_model_too()
    {
        var session = Foreign.Read("""{"messages":[{"role":"assistant","reasoning_content":"Hm","content":"An hour."},{"role":"assistant","content":null,"refusal":"No."},{"role":"assistant","reasoning":"Hm","content":""}]}""");

        Assert.Equal(["assistant chat: An hour.", "assistant chat: No.", "assistant reasoning: Hm"], session.Told());
        Assert.Equal(
            ["Reasoning, Text", "Refusal", "Reasoning"],
            session.Messages.Select(message => string.Join(", ", message.ReadParts().Select(part => part.Kind))));
    }

    [Theory]
    [InlineData("""{\"name\":\"weather\",\"arguments\":{\"at\":\"Oslo\"}}""", "tool_call")]
    [InlineData("""{\"name\":\"\\ud800\",\"arguments\":{}}""", "tool_call")]
    [InlineData("""{\"name\":""", null)]
    public void A_call_that_a_data_set_has_as_text_is_read_if_it_can_be(string value, string? type)
    {
        var session = Foreign.Read($$"""{"conversations":[{"from":"human","value":"Rain?"},{"from":"function_call","value":"{{value}}"},{"from":"observation","value":"Yes"}]}""");

        Assert.Equal([null, type, "tool_result"], session.Messages.Select(message => message.MessageType));
    }

    [Fact]
    public void What_is_beside_the_text_of_ChatGPT_is_kept_and_is_not_text()
    {
        var session = Foreign.Read(
            """
            {"title":"Cat","mapping":{
              "r":{"id":"r","message":null,"children":["h"]},
              "h":{"id":"h","parent":"r","message":{"author":{"role":"user"},"content":{"content_type":"user_editable_context","user_profile":"I am Ada"},"metadata":{"is_visually_hidden_from_conversation":true}}},
              "a":{"id":"a","parent":"h","message":{"author":{"role":"user"},"content":{"content_type":"multimodal_text","parts":[{"content_type":"image_asset_pointer","asset_pointer":"file-service://x","size_bytes":9},"What is it?",{"content_type":"audio_transcription","text":"Tell me."}]}}},
              "t":{"id":"t","parent":"a","message":{"author":{"role":"assistant"},"content":{"content_type":"thoughts","thoughts":[{"summary":"Looking","content":"It has whiskers"}]}}},
              "c":{"id":"c","parent":"t","message":{"author":{"role":"assistant"},"recipient":"python","content":{"content_type":"code","language":"python","text":"look()"}}},
              "e":{"id":"e","parent":"c","message":{"author":{"role":"tool","name":"python"},"content":{"content_type":"execution_output","text":"cat"}}},
              "k":{"id":"k","parent":"e","message":{"author":{"role":"assistant"},"content":{"content_type":"reasoning_recap","content":"Thought for 3 seconds"}}},
              "b":{"id":"b","parent":"k","message":{"author":{"role":"assistant"},"content":{"content_type":"text","parts":[""]}}},
              "z":{"id":"z","parent":"b","children":[],"message":{"author":{"role":"assistant"},"metadata":{"content_references":[{"matched_text":"\ue200cite\ue202turn0\ue201","alt":"(zoo.example)"}]},"content":{"content_type":"text","parts":["A cat \ue200cite\ue202turn0\ue201.\ue200nav\ue201"]}}}},
             "current_node":"z"}
            """);

        Assert.Equal(
            [
                "user chat: What is it?\nTell me.", "assistant reasoning: It has whiskers", "assistant tool_call: look()", "tool tool_result: cat",
                "assistant reasoning: Thought for 3 seconds", "assistant chat: ", "assistant chat: A cat (zoo.example).",
            ],
            session.Told());
        Assert.Equal("file-service://x", session.Messages[0].Parts()[0].GetProperty("asset_pointer").GetString());
        Assert.Equal(["image_asset_pointer", "text", "text"], session.Messages[0].Parts().Select(part => part.GetProperty("type").GetString()));
        Assert.Equal("python", Assert.Single(ToolCall.ReadCalls("assistant", "tool_call", "look()", session.Messages[2].Metadata!.Value)).Name);
        Assert.True(session.Session.Labels().GetProperty("hidden").TryGetProperty("h", out _));
    }

    [Fact]
    public void A_picture_in_the_text_of_a_chat_stays_out_of_it_and_what_is_too_large_is_left_out_by_name()
    {
        var picture = $"data:image/png;base64,{new string('A', 40_000)}";
        var chat = JsonSerializer.Serialize(new
        {
            messages = new[]
            {
                new
                {
                    role = "user",
                    content = new object[]
                    {
                        new { type = "text", text = "What is it?" }, new { type = "image_url", image_url = new { url = picture } },
                        new { type = "hologram", name = "large.holo", waves = new string('~', 80_000) },
                    },
                },
            },
        });

        var message = Assert.Single(Foreign.Read(chat, maxJsonBytes: 64 * 1024).Messages);

        Assert.Equal("What is it?", message.Content!.Text);
        Assert.Equal(["text", "image_url"], message.Parts().Select(part => part.GetProperty("type").GetString()));
        Assert.Equal(picture, message.Parts()[1].GetProperty("image_url").GetProperty("url").GetString());
        Assert.Equal("large.holo", Assert.Single(message.Labels().GetProperty("omitted").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public void A_turn_that_says_nothing_is_kept()
    {
        var session = Foreign.Read("""{"messages":[{"role":"user","content":"Hm"},{"role":"assistant","content":""},{"role":"user","content":"So?"},{"role":"assistant"},{"role":"assistant","content":[]}]}""");

        Assert.Equal(["Hm", "", "So?", "", ""], session.Said());
    }

    [Theory]
    [InlineData("\"current_node\":\"c\",", "Coffee", 1)]
    [InlineData("", "Milk", 2)]
    public void The_current_path_is_the_one_that_the_file_names_or_else_leads_to_the_newest_message(string current, string last, int branch)
    {
        var session = Foreign.Read(
            $$$$$$"""
            {{{{{{{current}}}}}}"mapping":{
              "q":{"parent":null,"message":{"author":{"role":"user"},"create_time":1,"content":{"parts":["Drink?"]}}},
              "m":{"parent":"q","message":{"author":{"role":"assistant"},"create_time":9,"content":{"parts":["Milk"]}}},
              "c":{"parent":"q","message":{"author":{"role":"assistant"},"create_time":5,"content":{"parts":["Coffee"]}}}}}
            """);

        Assert.Equal(["Drink?", last], session.Said());
        Assert.Equal(["Drink?", "Coffee", "Milk"], session.Messages.Select(message => message.Content!.Text));
        Assert.Equal(["1-2", "1-1, 3-3"], session.Branches.Select(one => string.Join(", ", one.Path.Ranges.Select(range => $"{range.First}-{range.Last}"))));
        Assert.Equal(branch, session.Session.CurrentBranch);
        Assert.Equal([1, 3], session.Branches.Select(one => one.FromSequence!.Value));
        Assert.False(session.Session.Labels().TryGetProperty("branches", out _));
    }

    [Fact]
    public void Messages_take_their_own_times_and_those_without_one_the_time_before_them()
    {
        var session = Foreign.Read("""{"messages":[{"role":"user","content":"a","createdAt":1704441600},{"role":"assistant","content":"b"},{"role":"user","content":"c","timestamp":"1704441660000"},{"role":"user","content":"d","created_at":"2099-01-01T00:00:00Z"}]}""");

        var first = new DateTimeOffset(2024, 1, 5, 8, 0, 0, TimeSpan.Zero);
        Assert.Equal([first, first, first.AddMinutes(1), first.AddMinutes(1)], session.Messages.Select(message => message.CreatedAt!.Value));
        Assert.Equal((first, first.AddMinutes(1)), (session.Session.CreatedAt!.Value, session.Session.LastActivity!.Value));
    }

    [Theory]
    [InlineData("\"2024-01-05T08:00:00Z\"")]
    [InlineData("\"2024-01-05T09:00:00+01:00\"")]
    [InlineData("\"2024-01-05T08:00:00\"")]
    [InlineData("\"2024-01-05 08:00:00\"")]
    [InlineData("\"2024-01-05 08:00:00.000000 UTC\"")]
    [InlineData("\"2024-01-05 09:00:00+01:00\"")]
    [InlineData("\"2024-01-05T08:00Z\"")]
    [InlineData("\"Fri, 05 Jan 2024 08:00:00 GMT\"")]
    [InlineData("\"Fri Jan 05 2024 09:00:00 GMT+0100 (Central European Standard Time)\"")]
    [InlineData("1704441600")]
    [InlineData("1704441600.0")]
    [InlineData("1704441600000")]
    [InlineData("1704441600000000")]
    [InlineData("1704441600000000000")]
    [InlineData("\"1704441600\"")]
    [InlineData("\"1704441600000\"")]
    [InlineData("{\"$date\":\"2024-01-05T08:00:00Z\"}")]
    [InlineData("{\"$date\":{\"$numberLong\":\"1704441600000\"}}")]
    [InlineData("{\"_seconds\":1704441600,\"_nanoseconds\":0}")]
    public void A_time_is_understood_in_the_spellings_that_programs_have(string time)
    {
        using var json = JsonDocument.Parse(time);

        Assert.Equal(new DateTimeOffset(2024, 1, 5, 8, 0, 0, TimeSpan.Zero), ForeignTime.Parse(json.RootElement, Foreign.Now));
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1e300")]
    [InlineData("\"1e28\"")]
    [InlineData("4102444800")]
    [InlineData("true")]
    [InlineData("{}")]
    public void What_tells_no_time_of_the_past_is_none(string time)
    {
        using var json = JsonDocument.Parse(time);

        Assert.Null(ForeignTime.Parse(json.RootElement, Foreign.Now));
    }
}

/// <summary>A question, the call of a tool, its result and the answer, in the forms that people have.</summary>
internal static class Conversations
{
    public static TheoryData<string> WithACall =>
    [
        """{"messages":[{"role":"user","content":"Rain?"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"at\":\"Oslo\"}"}}]},{"role":"tool","tool_call_id":"c1","content":"Yes"},{"role":"assistant","content":"It rains."}]}""",
        """{"messages":[{"role":"user","content":"Rain?"},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"weather","input":{"at":"Oslo"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"Yes"}]}]},{"role":"assistant","content":[{"type":"text","text":"It rains."}]}]}""",
        """{"messages":[{"type":"message","role":"user","content":"Rain?"},{"type":"function_call","call_id":"c1","name":"weather","arguments":"{\"at\":\"Oslo\"}"},{"type":"function_call_output","call_id":"c1","output":"Yes"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"It rains."}]}]}""",
        """{"messages":[{"role":"user","parts":[{"type":"text","text":"Rain?"}]},{"role":"assistant","parts":[{"type":"tool-weather","toolCallId":"c1","state":"output-available","input":{"at":"Oslo"},"output":"Yes"},{"type":"text","text":"It rains."}]}]}""",
        """{"chat_messages":[{"sender":"human","text":"Rain?"},{"sender":"assistant","content":[{"type":"tool_use","id":"c1","name":"weather","input":{"at":"Oslo"}},{"type":"tool_result","tool_use_id":"c1","name":"weather","content":[{"type":"text","text":"Yes"}]},{"type":"text","text":"It rains."}]}]}""",
        """{"messages":[{"messageId":"a","isCreatedByUser":true,"text":"Rain?"},{"messageId":"b","parentMessageId":"a","isCreatedByUser":false,"content":[{"type":"tool_call","tool_call":{"id":"c1","name":"weather","args":"{\"at\":\"Oslo\"}","output":"Yes"}},{"type":"text","text":"It rains."}]}]}""",
        """{"contents":[{"role":"user","parts":[{"text":"Rain?"}]},{"role":"model","parts":[{"functionCall":{"id":"c1","name":"weather","args":{"at":"Oslo"}}}]},{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"weather","response":"Yes"}}]},{"role":"model","parts":[{"text":"It rains."}]}]}""",
    ];
}
