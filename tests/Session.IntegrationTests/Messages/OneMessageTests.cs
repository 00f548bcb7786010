using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;

namespace SessionService.IntegrationTests.Messages;

/// <summary>A message by its number.</summary>
public sealed class OneMessageTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    [Fact]
    public async Task A_message_is_read_by_its_number_whether_it_is_packed_or_redacted_or_neither()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var texts = string.Join(',', Enumerable.Range(1, 300).Select(n => $$$"""{"role":"user","content":"Message {{{n}}}","metadata":{"n":{{{n}}}.0}}"""));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{texts}}]}""")).Is(201);
        (await user.DeleteAsync($"{session}/messages/7")).Is(200);
        var before = await ReadAsync();

        await service.PackAsync();

        Assert.Equal(before, await ReadAsync());
        Assert.Contains("\"redacted_at\"", before[1], StringComparison.Ordinal);
        var listed = (await user.GetAsync($"{session}/messages?after=298")).Is(200).Items("messages");
        Assert.Equal(listed.Select(message => message.GetRawText()), before[^2..]);

        async Task<List<string>> ReadAsync()
        {
            var read = new List<string>();
            foreach (var number in new[] { 1, 7, 255, 256, 257, 299, 300 })
            {
                read.Add((await user.GetAsync($"{session}/messages/{number}")).Is(200).GetRawText());
            }

            return read;
        }
    }

    [Fact]
    public async Task What_there_is_not_or_is_anothers_is_a_404()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        foreach (var number in new[] { 2, 0, -1, long.MinValue, long.MaxValue })
        {
            (await user.GetAsync($"{session}/messages/{number}")).IsProblem(404, "message_not_found");
        }

        (await user.GetAsync($"{session}/messages/first")).IsProblem(404, "route_not_found");
        (await service.AsNewUser().GetAsync($"{session}/messages/1")).IsProblem(404, "session_not_found");
        (await user.GetAsync($"/api/v1/sessions/{Guid.NewGuid()}/messages/1")).IsProblem(404, "session_not_found");
        (await service.AsNobody().GetAsync($"{session}/messages/1")).IsInvalid("user_id");
    }
}
