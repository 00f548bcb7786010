using SessionService.IntegrationTests.Hosting;
using static SessionService.IntegrationTests.Conversations.ConversationsTests;

namespace SessionService.IntegrationTests.Conversations;

public sealed class ConversationItemsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Items_of_every_type_come_back_as_they_came()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);
        string[] items =
        [
            """{"type":"message","id":"m1","role":"user","content":[{"type":"input_text","text":"Hi"},{"type":"input_image","detail":"low","image_url":"https://a.example/b.png"}],"status":"completed"}""",
            """{"type":"message","id":"m2","role":"assistant","phase":"commentary","content":[{"type":"output_text","text":"Hm","annotations":[{"type":"url_citation","url":"https://a.example"}],"logprobs":[]},{"type":"refusal","refusal":"No"}],"status":"incomplete"}""",
            """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Think"}],"encrypted_content":"abc"}""",
            """{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"a\":1.10}","status":"completed"}""",
            """{"type":"function_call_output","id":"fco_1","call_id":"c1","output":[{"type":"input_text","text":"42"}],"status":"completed"}""",
            """{"type":"custom_tool_call","id":"ctc_1","call_id":"c2","name":"g","input":"x","status":"completed"}""",
            """{"type":"custom_tool_call_output","id":"ctco_1","call_id":"c2","output":"y","status":"completed"}""",
            """{"type":"web_search_call","id":"ws_1","status":"failed","action":{"type":"search","query":"q"}}""",
            """{"type":"file_search_call","id":"fs_1","status":"searching","queries":["q"],"results":[]}""",
            """{"type":"computer_call","id":"cu_1","call_id":"c3","action":{"type":"click","x":1,"y":2},"pending_safety_checks":[],"status":"completed"}""",
            """{"type":"computer_call_output","id":"cuo_1","call_id":"c3","output":{"type":"computer_screenshot","image_url":"https://a.example/c.png"},"status":"completed"}""",
            """{"type":"code_interpreter_call","id":"ci_1","container_id":"k","code":"1+1","outputs":[{"type":"logs","logs":"2"}],"status":"completed"}""",
            """{"type":"image_generation_call","id":"ig_1","status":"generating","result":null}""",
            """{"type":"local_shell_call","id":"lsh_1","call_id":"c4","action":{"type":"exec","command":["ls"]},"status":"completed"}""",
            """{"type":"local_shell_call_output","id":"lsho_1","output":"a","status":"completed"}""",
            """{"type":"shell_call","id":"sh_1","call_id":"c5","action":{"commands":["ls"]},"status":"completed"}""",
            """{"type":"shell_call_output","id":"sho_1","call_id":"c5","output":[{"stdout":"a"}],"status":"completed"}""",
            """{"type":"apply_patch_call","id":"apc_1","call_id":"c6","operation":{"type":"delete_file","path":"a"},"status":"completed"}""",
            """{"type":"apply_patch_call_output","id":"apco_1","call_id":"c6","status":"failed","output":"no"}""",
            """{"type":"tool_search_call","id":"tsc_1","call_id":"c7","arguments":{"q":"a"},"status":"completed"}""",
            """{"type":"tool_search_output","id":"tso_1","call_id":"c7","tools":[],"status":"completed"}""",
            """{"type":"mcp_list_tools","id":"mcpl_1","server_label":"s","tools":[]}""",
            """{"type":"mcp_approval_request","id":"mcpr_1","server_label":"s","name":"n","arguments":"{}"}""",
            """{"type":"mcp_approval_response","id":"mcpa_1","approval_request_id":"mcpr_1","approve":true}""",
            """{"type":"mcp_call","id":"mcp_1","server_label":"s","name":"n","arguments":"{}","output":"o","status":"completed"}""",
            """{"type":"compaction","id":"cmp_1","encrypted_content":"zzz"}""",
            """{"type":"program","id":"prg_1","code":"x"}""",
            """{"type":"program_output","id":"prgo_1","result":"y","status":"completed"}""",
            """{"type":"of_tomorrow","id":"t_1","anything":{"deep":[1,{"x":null}]}}""",
        ];

        var created = (await user.PostAsync($"{conversation}/items", $$"""{"items":[{{string.Join(',', items)}}]}""")).Is(200);

        var listed = (await user.GetAsync($"{conversation}/items?order=asc&limit=100")).Is(200);
        Assert.Equal(items.Length, listed.Items("data").Count);
        foreach (var (sent, (answered, found)) in items.Zip(created.Items("data").Zip(listed.Items("data"))))
        {
            JsonShape.AssertMatches(sent, answered);
            JsonShape.AssertMatches(sent, found);
            JsonShape.AssertMatches(sent, (await user.GetAsync($"{conversation}/items/{found.Text("id")}")).Is(200));
        }

        Assert.Equal(("m1", "t_1", false), (listed.Text("first_id"), listed.Text("last_id"), listed.GetProperty("has_more").GetBoolean()));
    }

    [Fact]
    public async Task Easy_messages_get_parts_ids_and_a_status()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);

        var answer = (await user.PostAsync(
            $"{conversation}/items?include[]=reasoning.encrypted_content",
            """
            {"items":[{"role":"user","content":"Hello \"you\""},
                      {"role":"assistant","content":"Hi","type":null},
                      {"role":"developer","content":[{"type":"input_text","text":"Be brief"}]},
                      {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Yes"}]},
                      {"role":"user","content":[{"type":"input_image","image_url":"https://a.example/b.png"}]}]}
            """)).Is(200);

        var items = answer.Items("data").ToList();
        JsonShape.AssertMatches(
            $$"""
            {"id":"{{items[0].Text("id")}}","type":"message","role":"user","status":"completed","content":[{"type":"input_text","text":"Hello \"you\""}]}
            """,
            items[0]);
        JsonShape.AssertMatches("""[{"type":"output_text","text":"Hi","annotations":[],"logprobs":[]}]""", items[1].GetProperty("content"));
        Assert.Equal("system", items[2].Text("role"));
        JsonShape.AssertMatches("""[{"type":"output_text","text":"Yes","annotations":[],"logprobs":[]}]""", items[3].GetProperty("content"));
        Assert.Equal("auto", items[4].GetProperty("content")[0].Text("detail"));
        Assert.All(items, item => Assert.Matches("^msg_[0-9a-f]{32}$", item.Text("id")));
        Assert.Equal((items[0].Text("id"), items[4].Text("id")), (answer.Text("first_id"), answer.Text("last_id")));
        foreach (var item in items)
        {
            JsonShape.AssertMatches(item.GetRawText(), (await user.GetAsync($"{conversation}/items/{item.Text("id")}")).Is(200));
        }
    }

    [Fact]
    public async Task Items_are_messages_of_the_session()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"First","tokens_used":3}""");

        (await user.PostAsync(
            $"{ConversationOf(session)}/items",
            """
            {"items":[{"role":"user","content":"Second"},
                      {"type":"function_call","call_id":"c1","name":"weather","arguments":"{\"city\":\"Lisbon\"}"},
                      {"type":"function_call_output","call_id":"c1","output":"Sunny"},
                      {"role":"developer","content":"Brief"}]}
            """)).Is(200);

        var messages = (await user.GetAsync($"{session}/messages")).Is(200).Items("messages").ToList();
        Assert.Equal([1L, 2, 3, 4, 5], messages.Select(message => message.GetProperty("sequence").GetInt64()));
        Assert.Equal(["user", "user", "assistant", "tool", "developer"], messages.Select(message => message.Text("role")));
        Assert.Equal(["First", "Second", "", "Sunny", "Brief"], messages.Select(message => message.Text("content")));
        Assert.Equal(["chat", "chat", "tool_call", "tool_result", "chat"], messages.Select(message => message.Text("message_type")));
        JsonShape.AssertMatches(
            """[{"type":"function_call_output","call_id":"c1","output":"Sunny"}]""", messages[3].GetProperty("parts"));
        var context = (await user.GetAsync($"{session}/context?format=openai")).Is(200).GetRawText();
        Assert.Contains("Lisbon", context, StringComparison.Ordinal);
        Assert.Contains("Sunny", context, StringComparison.Ordinal);
        Assert.Equal(5, (await user.GetAsync(session)).Is(200).GetProperty("message_count").GetInt32());
    }

    [Fact]
    public async Task Messages_that_were_written_natively_are_shown_as_items()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"system","content":"Be kind"}""");
        await user.WriteMessageAsync(
            session,
            """
            {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"text","text":"I look"},
             {"type":"tool_use","id":"t1","name":"weather","input":{"city":"Lisbon"}}]}
            """);
        await user.WriteMessageAsync(session, """{"role":"tool","content":[{"type":"tool_result","tool_use_id":"t1","content":"Sunny"}]}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":null,"tool_calls":[{"id":"t2","type":"function","function":{"name":"f","arguments":"{}"}}]}""");
        await user.WriteMessageAsync(session, """{"role":"tool","content":"Done","tool_call_id":"t2"}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"https://a.example/b.png"}}]}""");

        var list = (await user.GetAsync($"{ConversationOf(session)}/items?order=asc")).Is(200);

        string[] expected =
        [
            """{"type":"message","role":"system","content":[{"type":"input_text","text":"Be kind"}],"status":"completed"}""",
            """{"type":"reasoning","summary":[{"type":"summary_text","text":"Hm"}]}""",
            """{"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look","annotations":[],"logprobs":[]}],"status":"completed"}""",
            """{"type":"function_call","call_id":"t1","name":"weather","arguments":"{\"city\":\"Lisbon\"}","status":"completed"}""",
            """{"type":"function_call_output","call_id":"t1","output":"Sunny","status":"completed"}""",
            """{"type":"function_call","call_id":"t2","name":"f","arguments":"{}","status":"completed"}""",
            """{"type":"function_call_output","call_id":"t2","output":"Done","status":"completed"}""",
            """{"type":"message","role":"user","content":[{"type":"input_text","text":"See"},{"type":"input_image","image_url":"https://a.example/b.png","detail":"auto"}],"status":"completed"}""",
        ];
        var items = list.Items("data").ToList();
        Assert.Equal(expected.Length, items.Count);
        foreach (var (item, shape) in items.Zip(expected))
        {
            JsonShape.AssertMatches($$"""{"id":"{{item.Text("id")}}",{{shape[1..]}}""", item);
            JsonShape.AssertMatches(item.GetRawText(), (await user.GetAsync($"{ConversationOf(session)}/items/{item.Text("id")}")).Is(200));
        }

        Assert.Equal(expected.Length, items.Select(item => item.Text("id")).Distinct().Count());
        var again = (await user.GetAsync($"{ConversationOf(session)}/items?order=asc")).Is(200);
        Assert.Equal(list.GetRawText(), again.GetRawText());
    }

    [Theory]
    [InlineData("asc", 1)]
    [InlineData("asc", 3)]
    [InlineData("desc", 1)]
    [InlineData("desc", 2)]
    [InlineData("desc", 4)]
    public async Task Pages_have_every_item_once(string order, int limit)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 3; i++)
        {
            await user.WriteMessageAsync(
                session,
                $$"""{"role":"assistant","content":[{"type":"text","text":"{{i}}"},{"type":"tool_use","id":"t{{i}}","name":"f","input":{} }]}""");
            (await user.PostAsync($"{ConversationOf(session)}/items", $$"""{"items":[{"type":"reasoning","id":"rs_{{i}}","summary":[]}]}""")).Is(200);
        }

        var all = (await user.GetAsync($"{ConversationOf(session)}/items?order={order}")).Is(200).Items("data").Select(item => item.Text("id")).ToList();
        var (paged, after) = (new List<string>(), "");
        while (true)
        {
            var page = (await user.GetAsync($"{ConversationOf(session)}/items?order={order}&limit={limit}&after={after}")).Is(200);
            paged.AddRange(page.Items("data").Select(item => item.Text("id")));
            after = page.Text("last_id");
            if (!page.GetProperty("has_more").GetBoolean())
            {
                break;
            }
        }

        Assert.Equal(9, all.Count);
        Assert.Equal(all, paged);
    }

    [Fact]
    public async Task A_limit_is_clamped_and_the_newest_come_first()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);
        var many = string.Join(',', Enumerable.Range(1, 150).Select(i => $$"""{"role":"user","content":"{{i}}"}"""));
        Assert.Equal(150, (await user.PostAsync($"{conversation}/items", $$"""{"items":[{{many}}]}""")).Is(200).Items("data").Count);

        var usual = (await user.GetAsync($"{conversation}/items")).Is(200);
        Assert.Equal(20, usual.Items("data").Count);
        Assert.Equal("150", usual.Items("data")[0].GetProperty("content")[0].Text("text"));
        Assert.True(usual.GetProperty("has_more").GetBoolean());
        Assert.Equal(100, (await user.GetAsync($"{conversation}/items?limit=500")).Is(200).Items("data").Count);
        Assert.Single((await user.GetAsync($"{conversation}/items?limit=0")).Is(200).Items("data"));
        var empty = (await user.GetAsync($"{await StartAsync(user)}/items")).Is(200);
        JsonShape.AssertMatches("""{"object":"list","data":[],"first_id":"","last_id":"","has_more":false}""", empty);
    }

    [Fact]
    public async Task More_than_1000_items_at_once_are_refused()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);
        string Items(int count) => $$"""{"items":[{{string.Join(',', Enumerable.Repeat("""{"role":"user","content":"x"}""", count))}}]}""";

        AssertError(await user.PostAsync($"{conversation}/items", Items(1001)), 400, "validation_failed");
        Assert.Equal(1000, (await user.PostAsync($"{conversation}/items", Items(1000))).Is(200).Items("data").Count);
    }

    [Fact]
    public async Task An_id_is_given_once_and_items_of_a_refused_request_are_not_there()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);
        const string Item = """{"type":"reasoning","id":"rs_1","summary":[]}""";
        (await user.PostAsync($"{conversation}/items", $$"""{"items":[{{Item}}]}""")).Is(200);

        AssertError(
            await user.PostAsync($"{conversation}/items", $$"""{"items":[{"role":"user","content":"x"},{{Item}}]}"""), 400, "validation_failed");

        Assert.Single((await user.GetAsync($"{conversation}/items")).Is(200).Items("data"));
        (await user.PostAsync($"{await StartAsync(user)}/items", $$"""{"items":[{{Item}}]}""")).Is(200);
    }

    [Fact]
    public async Task Of_many_writes_at_once_with_one_id_one_is_made()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => user.PostAsync(
            $"{conversation}/items",
            $$"""{"items":[{"role":"user","content":"{{i}}"},{"type":"reasoning","id":"rs_1","summary":[]}]}""")));

        Assert.Equal(1, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => AssertError(answer, 400, "validation_failed"));
        Assert.Equal(2, (await user.GetAsync($"{conversation}/items")).Is(200).Items("data").Count);
    }

    [Fact]
    public async Task A_deleted_item_is_gone_and_can_be_put_back()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user, """{"items":[{"role":"user","content":"a"},{"type":"reasoning","id":"rs_1","summary":[]}]}""");
        var last = (await user.GetAsync($"{conversation}/items?limit=1")).Is(200).Items("data")[0];

        var answer = (await user.DeleteAsync($"{conversation}/items/{last.Text("id")}")).Is(200);

        Assert.Equal("conversation", answer.Text("object"));
        AssertError(await user.GetAsync($"{conversation}/items/rs_1"), 404, "item_not_found");
        AssertError(await user.DeleteAsync($"{conversation}/items/rs_1"), 404, "item_not_found");
        var left = Assert.Single((await user.GetAsync($"{conversation}/items")).Is(200).Items("data"));
        (await user.PostAsync($"{conversation}/items", """{"items":[{"type":"reasoning","id":"rs_1","summary":[]}]}""")).Is(200);
        Assert.Equal(2, (await user.GetAsync($"{conversation}/items")).Is(200).Items("data").Count);

        var derived = left.Text("id");
        AssertError(
            await user.PostAsync($"{conversation}/items", $$"""{"items":[{"role":"user","content":"b","id":"{{derived}}"}]}"""), 400, "validation_failed");
        (await user.DeleteAsync($"{conversation}/items/{derived}")).Is(200);
        (await user.PostAsync($"{conversation}/items", $$"""{"items":[{"role":"user","content":"b","id":"{{derived}}"}]}""")).Is(200);
        Assert.Equal("b", (await user.GetAsync($"{conversation}/items/{derived}")).Is(200).GetProperty("content")[0].Text("text"));
    }

    [Fact]
    public async Task One_of_several_items_of_a_message_is_not_deleted_alone()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(
            session, """{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"tool_use","id":"t","name":"f","input":{}}]}""");
        var newest = (await user.GetAsync($"{ConversationOf(session)}/items?limit=1")).Is(200).Items("data")[0];

        AssertError(await user.DeleteAsync($"{ConversationOf(session)}/items/{newest.Text("id")}"), 409, "item_is_part_of_message");
    }

    [Fact]
    public async Task The_same_request_with_a_key_adds_items_once()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);
        const string Request = """{"items":[{"role":"user","content":"a"},{"type":"reasoning","id":"rs_1","summary":[]}]}""";

        var first = await user.PostAsync($"{conversation}/items", Request, "k");
        var again = await user.PostAsync($"{conversation}/items", Request, "k");

        Assert.Equal(first.Is(200).GetRawText(), again.Is(200).GetRawText());
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.Equal(2, (await user.GetAsync($"{conversation}/items")).Is(200).Items("data").Count);
        AssertError(await user.PostAsync($"{conversation}/items", """{"items":[{"role":"user","content":"b"}]}""", "k"), 409, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_reference_leads_to_an_item_that_is_there()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user, """{"items":[{"role":"user","content":"a","id":"m1"}]}""");

        var answer = (await user.PostAsync(
            $"{conversation}/items", """{"items":[{"type":"item_reference","id":"m1"},{"role":"user","content":"b"}]}""")).Is(200);

        Assert.Equal(["a", "b"], answer.Items("data").Select(item => item.GetProperty("content")[0].Text("text")));
        Assert.Equal(2, (await user.GetAsync($"{conversation}/items")).Is(200).Items("data").Count);
        AssertError(await user.PostAsync($"{conversation}/items", """{"items":[{"type":"item_reference","id":"m2"}]}"""), 400, "validation_failed");
    }

    [Fact]
    public async Task Pictures_come_back_as_data()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);
        var url = $"data:image/png;base64,{Convert.ToBase64String(new byte[60_000])}";
        var item = $$"""{"type":"message","role":"user","content":[{"type":"input_image","detail":"auto","image_url":"{{url}}"}]}""";

        var created = (await user.PostAsync($"{conversation}/items", $$"""{"items":[{{item}}]}""")).Is(200).Items("data")[0];

        Assert.Equal(url, created.GetProperty("content")[0].Text("image_url"));
        var listed = (await user.GetAsync($"{conversation}/items")).Is(200).Items("data")[0];
        Assert.Equal(url, listed.GetProperty("content")[0].Text("image_url"));
        var stored = (await user.GetAsync($"/api/v1/sessions/{Guid.ParseExact(conversation.Split('_')[^1], "N")}/messages")).Is(200).GetRawText();
        Assert.Contains("base64,attachment:", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fork_keeps_the_ids_that_clients_gave()
    {
        var user = service.AsNewUser();
        var conversation = await StartAsync(user, """{"items":[{"type":"reasoning","id":"rs_1","summary":[]},{"role":"user","content":"a","id":"m2"}]}""");
        var session = $"/api/v1/sessions/{Guid.ParseExact(conversation.Split('_')[^1], "N")}";

        var fork = (await user.PostAsync($"{session}/fork", """{"through_sequence":1}""")).Is(201).Text("session_id");

        var path = ConversationOf($"/{fork}");
        Assert.Equal("rs_1", Assert.Single((await user.GetAsync($"{path}/items")).Is(200).Items("data")).Text("id"));
        (await user.PostAsync($"{path}/items", """{"items":[{"role":"user","content":"b","id":"m2"}]}""")).Is(200);
        AssertError(await user.PostAsync($"{path}/items", """{"items":[{"role":"user","content":"b","id":"rs_1"}]}"""), 400, "validation_failed");
    }

    [Fact]
    public async Task An_export_keeps_the_ids_that_clients_gave()
    {
        var (user, other) = (service.AsNewUser(), service.AsNewUser());
        var conversation = await StartAsync(
            user, """{"items":[{"type":"reasoning","id":"rs_1","summary":[]},{"role":"user","content":"a"},{"role":"user","content":"b","id":"m3"}]}""");
        var session = Guid.ParseExact(conversation.Split('_')[^1], "N");
        var export = (await user.GetAsync($"/api/v1/sessions/{session}/export?format=jsonl")).Text;
        Assert.Contains("\"item_id\":\"rs_1\"", export, StringComparison.Ordinal);
        using var import = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sessions/import?ids=new")
        {
            Content = new StringContent(export, System.Text.Encoding.UTF8, "application/x-ndjson"),
        };

        var copy = (await other.SendAsync(import)).Is(200).GetProperty("session_ids")[0].GetString()!;

        var items = (await other.GetAsync($"{ConversationOf($"/{copy}")}/items?order=asc")).Is(200).Items("data");
        Assert.Equal(["rs_1", "m3"], [items[0].Text("id"), items[2].Text("id")]);
        Assert.Matches("^msg_[0-9a-f]{32}$", items[1].Text("id"));
        AssertError(
            await other.PostAsync($"{ConversationOf($"/{copy}")}/items", """{"items":[{"role":"user","content":"c","id":"m3"}]}"""),
            400,
            "validation_failed");
    }

    [Fact]
    public async Task An_ended_session_takes_no_items()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync("ended");

        AssertError(
            await user.PostAsync($"{ConversationOf(session)}/items", """{"items":[{"role":"user","content":"b"}]}"""), 409, "session_ended");
    }

    private static string ConversationOf(string session) =>
        $"/v1/conversations/conv_{session.Split('/')[^1].Replace("-", "", StringComparison.Ordinal)}";
}
