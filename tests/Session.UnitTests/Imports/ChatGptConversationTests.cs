using System.Text.Json;
using SessionService.Application.Exports;
using SessionService.Application.Imports.Foreign;

namespace SessionService.UnitTests.Imports;

public sealed class ChatGptConversationTests
{
    // Each step of a path looked up in the JSON itself reads all of it: this many would take minutes.
    [Fact]
    public void A_conversation_of_very_many_nodes_is_read_as_fast_as_it_is_long()
    {
        const int Nodes = 150_000;
        var nodes = Enumerable.Range(0, Nodes).ToDictionary(
            n => $"{n}", n => new { parent = $"{n - 1}", message = new { author = new { role = "user" }, content = new { parts = new[] { $"{n}" } } } });

        var lines = Read(JsonSerializer.Serialize(new { current_node = $"{Nodes - 1}", mapping = nodes }));

        Assert.Equal(Enumerable.Range(0, Nodes).Select(n => $"{n}"), lines.Skip(1).Cast<MessageLine>().Select(message => message.Content!.Text));
    }

    [Theory]
    [InlineData("""{"mapping":{"a":{"message":{"author":{"role":"user"},"content":{"parts":["Hi"]}}},"b":null,"c":7}}""")]
    [InlineData("""{"current_node":"b","mapping":{"a":{"message":{"author":{"role":"user"},"content":{"parts":["Hi"]}}},"b":null}}""")]
    [InlineData("""{"current_node":"gone","mapping":{"x":{"children":["a"]},"a":{"parent":"gone","children":[],"message":{"author":{"role":"user"},"content":{"parts":[null,"Hi",7]}}}}}""")]
    [InlineData("""{"current_node":"a","mapping":{"b":{"parent":"a"},"a":{"parent":"b","message":{"author":{"role":"user"},"content":{"parts":["Hi"]}}}}}""")]
    [InlineData("""{"current_node":"a","mapping":{"a":{"parent":"a","message":{"author":{"role":"user"},"create_time":"soon","content":{"parts":["Hi"]}}}},"update_time":1e300}""")]
    public void What_is_not_as_it_should_be_loses_no_message_that_is(string conversation) =>
        Assert.Equal("Hi", Assert.IsType<MessageLine>(Assert.Single(Read(conversation).Skip(1))).Content!.Text);

    [Fact]
    public void A_title_is_cut_where_a_sessions_ends_and_never_in_the_middle_of_a_character()
    {
        var title = Assert.IsType<SessionLine>(Read(JsonSerializer.Serialize(new { title = string.Concat(Enumerable.Repeat("🦊", 600)), mapping = new { } }))[0]).Title;

        Assert.Equal(string.Concat(Enumerable.Repeat("🦊", 500)), title);
        Assert.Null(Assert.IsType<SessionLine>(Read("""{"title":" ","mapping":{}}""")[0]).Title);
    }

    private static object[] Read(string text)
    {
        using var json = JsonDocument.Parse(text);
        var now = DateTimeOffset.UnixEpoch.AddYears(60);
        var conversation = ForeignSession.Of(ForeignForms.Find(json.RootElement)!.Read(json.RootElement, now), json.RootElement, "user", now, maxJsonBytes: 1024 * 1024, inlineBytes: 4096);
        return [conversation.Session, .. conversation.Messages];
    }
}
