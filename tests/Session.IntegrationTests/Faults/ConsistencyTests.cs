using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>On one server, where both kinds of reads have the same answer.</summary>
public sealed class ConsistencyTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    public static TheoryData<string> Reads => ["", "/summary", "/messages", "/messages?after=0", "/memory"];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_read_of_a_session_takes_either_kind_and_no_other(string path)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201);
        var url = $"{session}{path}{(path.Contains('?') ? '&' : '?')}consistency=";

        Assert.Equal((await user.GetAsync($"{url}strong")).Is(200).ToString(), (await user.GetAsync($"{url}eventual")).Is(200).ToString());
        (await user.GetAsync($"{url}Eventual")).IsInvalid("consistency");
        (await user.GetAsync(url)).IsInvalid("consistency");
        (await user.GetAsync($"{url}strong&consistency=eventual")).IsInvalid("consistency");
    }

    [Fact]
    public async Task So_does_every_list_and_the_statistics()
    {
        var user = service.AsNewUser();
        var memories = $"/api/v1/users/{user.UserId}/memories";
        var memory = $"{memories}/{(await user.PostAsync(memories, """{"content":"All."}""")).Is(201).Text("memory_id")}";
        foreach (var path in new[] { "/api/v1/sessions", $"/api/v1/users/{user.UserId}/sessions", "/api/v1/sessions/stats", memories, memory, $"{memory}/versions" })
        {
            (await user.GetAsync($"{path}?consistency=eventual")).Is(200);
            (await user.GetAsync($"{path}?consistency=none")).IsInvalid("consistency");
        }
    }

    [Fact]
    public async Task It_is_named_among_all_that_is_wrong()
    {
        var session = await service.AsNewUser().StartSessionAsync();

        (await service.AsNobody().GetAsync($"{session}/messages?page=0&consistency=weak")).IsInvalid("consistency", "page", "user_id");
    }

    [Fact]
    public async Task Every_read_of_data_documents_it_and_nothing_else_does()
    {
        // A search digests what waits where that is much, which the primary alone can; an export is made of many reads, which must be of one server;
        // what is known of a user is told as it is; a download is made of many reads too; and a stream tells what is written at once.
        string[] others = ["health", "search", "export", "/data", "/attachments", "/conversations", "/events", "/stream", "/webhooks"];
        var document = await service.DocumentAsync();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var isDocumented = operation.Value.TryGetProperty("parameters", out var parameters)
                    && parameters.EnumerateArray().Any(parameter => parameter.Text("name") == "consistency");
                Assert.Equal(operation.Name == "get" && !others.Any(other => path.Name.Contains(other, StringComparison.Ordinal)), isDocumented);
            }
        }
    }
}
