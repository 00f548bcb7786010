using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;
using SessionService.IntegrationTests.UserMemories;

namespace SessionService.IntegrationTests.MemorySearch;

public sealed class PackedPassagesTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    [Fact]
    public async Task Filters_choose_the_same_of_packed_messages_as_of_others()
    {
        var user = service.AsNewUser();
        var sessions = new List<string>();
        // So many that what is packed is read in several parts.
        for (var s = 0; s < 9; s++)
        {
            var session = await user.StartSessionAsync();
            sessions.Add(session.Split('/')[^1]);
            var messages = Enumerable.Range(0, 270).Select(n =>
                $$$"""{"role":"user","content":"lighthouse {{{s}}} {{{n}}}","metadata":{{{Labels(s, n)}}}}""");
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', messages)}}]}""")).Is(201);
        }

        string[] filters =
        [
            """{"n": 7}""",
            """{"deep": {"list": [{"b": 2}]}}""",
            """{"deep": {"list": [2]}}""",
            """{"shared": true}""",
            """{"shared": false}""",
            "{}",
        ];
        await service.DigestAsync();
        var before = await AllAsync();
        Assert.NotEqual(0, await service.PackAsync());
        var after = await AllAsync();

        Assert.Equal([9, 9, 0, 100, 0, 100, 1], before.Select(found => found.Count));
        Assert.Equal(before, after);

        async Task<List<List<string>>> AllAsync()
        {
            var found = new List<List<string>>();
            foreach (var filter in filters)
            {
                found.Add(await FoundAsync($"\"metadata\": {filter}"));
            }

            found.Add(await FoundAsync($$$""" "session_id": "{{{sessions[3]}}}", "metadata": {"n": 7}"""));
            return found;
        }

        async Task<List<string>> FoundAsync(string filter) =>
        [
            .. (await user.PostAsync($"{UserMemoriesEndpointTests.PathOf(user)}/search", $$"""{"query": "lighthouse", "top_k": 100, {{filter}}}"""))
                .Is(200).Items("results").Select(result => result.Text("content")).Order(StringComparer.Ordinal),
        ];

        static string Labels(int session, int n) => n switch
        {
            7 => $$"""{"n": 7, "session": {{session}}}""",
            8 => """{"deep": {"list": [1, {"a": 1, "b": 2.0}]}}""",
            < 20 => "{}",
            _ => """{"shared": true}""",
        };
    }
}
