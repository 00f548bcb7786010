using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Contexts;

public sealed class ContextOfPartsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    // Large enough to become an attachment.
    private static readonly string Picture = Convert.ToBase64String(new byte[6_000]);

    [Theory]
    [InlineData("session", "messages", """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"PICTURE"}}""")]
    [InlineData("openai", "messages", """{"type":"image_url","image_url":{"url":"data:image/png;base64,PICTURE"}}""")]
    [InlineData("openai-responses", "input", """{"type":"input_image","image_url":"data:image/png;base64,PICTURE","detail":"auto"}""")]
    [InlineData("anthropic", "messages", """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"PICTURE"}}""")]
    public async Task A_picture_is_named_or_given_as_data(string format, string field, string given)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, $$$"""{"role":"user","name":"Ada","content":[{"type":"text","text":"See"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Picture}}}"}}]}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"Eq"},{"type":"text","text":"A mountain."}]}""");

        var named = (await user.GetAsync($"{session}/context?format={format}")).Is(200);
        var inline = (await user.GetAsync($"{session}/context?format={format}&attachments=inline&reasoning=include")).Is(200);

        Assert.DoesNotContain(Picture, named.GetRawText(), StringComparison.Ordinal);
        Assert.Matches("attachment[: ][0-9a-f-]{36}", named.GetRawText());
        Assert.DoesNotContain("Hm", named.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(given.Replace("PICTURE", Picture, StringComparison.Ordinal), inline.GetProperty(field).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(format is "session" or "anthropic", inline.GetRawText().Contains("Hm", StringComparison.Ordinal));
        Assert.InRange(inline.Number("tokens"), 1_000, 1_020);
        Assert.InRange(named.Number("tokens"), 30, 50);
    }

    [Fact]
    public async Task Unknown_words_are_refused()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.GetAsync($"{session}/context?format=gemini&reasoning=yes&attachments=all")).IsInvalid("format", "reasoning", "attachments");
    }
}
