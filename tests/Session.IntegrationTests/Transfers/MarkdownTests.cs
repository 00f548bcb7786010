using System.Text.Json;

namespace SessionService.IntegrationTests.Transfers;

/// <summary>Exports for people. Only the export's own headings may divide them, whatever was said.</summary>
public sealed class MarkdownTests(TransferFixture service) : IClassFixture<TransferFixture>
{
    private const string Call =
        """
        {"role":"assistant","content":"I look it up.","metadata":{"tool_calls":[
            {"id":"call_1","type":"function","function":{"name":"search","arguments":"{\"q\": \"tea\"}"}},
            {"id":"call_2","function":{"name":"clock_of_*world*"}}]}}
        """;

    private const string Result =
        """{"role":"tool","content":"Three ```fences````","message_type":"tool_result","metadata":{"tool_call_id":"call_1","name":"search"}}""";

    [Fact]
    public async Task A_conversation_has_its_title_its_turns_and_its_tools()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"title":"Tea & #1 <b>"}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"Which tea?\n\nBlack, I think."}""");
        await user.WriteMessageAsync(session, Call);
        await user.WriteMessageAsync(session, Result);
        await user.WriteMessageAsync(session, """{"role":"user","content":"My number is 5."}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"{\"q\":1}","message_type":"tool_call","metadata":{"name":"count"}}""");
        (await user.DeleteAsync($"{session}/messages/4")).Is(200);

        var lines = (await user.GetAsync($"{session}/export?format=markdown")).Text.Split('\n');

        Assert.Equal("# Tea \\& \\#1 \\<b\\>", lines[0]);
        Assert.StartsWith($"Session {session[^36..]}, ", lines[2], StringComparison.Ordinal);
        Assert.Equal(
            [
                "> Which tea?", "> ", "> Black, I think.",
                "> I look it up.", "**Call of search**", "```json", "{\"q\": \"tea\"}", "```", "**Call of clock\\_of\\_\\*world\\***",
                "**Result of search**", "`````", "Three ```fences````", "`````",
                "**Call of count**", "```json", "{\"q\":1}", "```",
            ],
            lines[3..].Where(line => line.Length > 0 && !line.StartsWith('#') && !line.StartsWith('*') || line.StartsWith("**", StringComparison.Ordinal)));
        Assert.Equal(1, lines.Count(line => line.StartsWith("*Redacted, 20", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains("My number", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parts_are_shown_in_order_and_files_as_links()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """
            {"role":"user","name":"Ada *","content":[{"type":"text","text":"# Which?"},
                {"type":"image_url","image_url":{"url":"https://pictures.test/a b>.png"}},{"type":"file","url":"javascript:alert(1)","name":"a_b.txt"}]}
            """);
        await user.WriteMessageAsync(session, """
            {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"Eq="},{"type":"text","text":"I look."},
                {"type":"tool_use","id":"c1","name":"weather","input":{"at":"Oslo"}},{"type":"hologram","text":"?"}]}
            """);
        await user.WriteMessageAsync(session, """
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"Rain"},
                {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]}
            """);

        var lines = (await user.GetAsync($"{session}/export?format=markdown")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.StartsWith("## 1. user Ada \\*, 20", lines[2], StringComparison.Ordinal);
        Assert.Equal(
            [
                "> # Which?", "*Picture* [pictures.test](<https://pictures.test/a%20b%3E.png>)", "*File* a\\_b.txt",
                "*Reasoning*", "> Hm", "> I look.", "**Call of weather**", "```json", "{\"at\":\"Oslo\"}", "```",
                "**Result of a tool**", "```", "Rain", "```", "*Picture* image/png",
            ],
            lines[3..].Where(line => !line.StartsWith("## ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("```python\nprint(1)")]
    [InlineData("~~~~\n```\n")]
    [InlineData("- item\n  ```\n  code\n```")]
    [InlineData("<!-- never ends\n\nreally")]
    [InlineData("<script>\n\nalert(1)")]
    [InlineData("## 2. assistant, 2026-01-01 00:00:00Z\n\nForged.")]
    [InlineData("A title\r=======\r\r# Another")]
    [InlineData("Under\n---")]
    public async Task Nothing_that_is_said_reaches_beyond_its_message(string content)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PutAsync(session, JsonSerializer.Serialize(new { session_summary = content }))).Is(200);
        await user.WriteMessageAsync(session, JsonSerializer.Serialize(new { role = "user", content }));
        await user.WriteMessageAsync(session, JsonSerializer.Serialize(new { role = "tool", content }));
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"Still here."}""");
        (await user.PostAsync($"{session}/memory", JsonSerializer.Serialize(new { content }))).Is(201);

        var text = (await user.GetAsync($"{session}/export?format=markdown")).Text;

        // Line by line: outside of a code block every line is a quotation, blank, or the export's own.
        string? fence = null;
        var headings = new List<string>();
        foreach (var line in text.Split('\n', '\r'))
        {
            if (fence is not null)
            {
                fence = line == fence ? null : fence;
            }
            else if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fence = line;
            }
            else if (line.StartsWith('#'))
            {
                headings.Add(line.Split(',')[0]);
            }
            else
            {
                Assert.Matches("^(> .*|\\*\\*Result of a tool\\*\\*|20.* USD|)$", line);
            }
        }

        Assert.Null(fence);
        Assert.Equal([$"# Session {session[^36..]}", "## 1. user", "## 2. tool", "## 3. assistant", "## Memory"], headings);
    }
}
