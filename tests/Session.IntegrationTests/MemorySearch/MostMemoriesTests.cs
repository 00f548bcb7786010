using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.UserMemories;

namespace SessionService.IntegrationTests.MemorySearch;

/// <summary>Where a question is compared with no more than three memories.</summary>
public sealed class MostMemoriesTests(MostMemoriesTests.Fixture service) : IClassFixture<MostMemoriesTests.Fixture>
{
    [Fact]
    public async Task The_newest_are_found_and_what_filters_choose_whatever_else_is_newer()
    {
        var user = service.AsNewUser();
        var path = UserMemoriesEndpointTests.PathOf(user);
        (await user.PostAsync(path, """{"content": "lighthouse one", "memory_type": "episode"}""")).Is(201);
        for (var i = 0; i < 3; i++)
        {
            (await user.PostAsync(path, $$"""{"content": "lighthouse more {{i}}"}""")).Is(201);
        }

        Assert.Equal(["lighthouse more 0", "lighthouse more 1", "lighthouse more 2"], (await FoundAsync("")).Order(StringComparer.Ordinal));
        Assert.Equal(["lighthouse one"], await FoundAsync(""", "memory_type": "episode" """));

        async Task<IEnumerable<string>> FoundAsync(string filter) =>
            (await user.PostAsync($"{path}/search", $$"""{"query": "lighthouse"{{filter}}}""")).Is(200).Items("results").Select(result => result.Text("content"));
    }

    public sealed class Fixture : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [KeyValuePair.Create("MemorySearch:MaxMemories", "3")];
    }
}
