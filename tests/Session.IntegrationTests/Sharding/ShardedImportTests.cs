using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>Imports into a sharded database.</summary>
public sealed class ShardedImportTests(ShardedFixture service) : IClassFixture<ShardedFixture>
{
    [CitusFact]
    public async Task A_session_with_branches_comes_back_although_the_first_import_broke_off()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await SayAsync(user, session, "1", "2", "3", "4");
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":2}""")).Is(200);
        await SayAsync(user, session, "5", "6");
        var exported = await user.ExportAsync();
        string[] paths = [session, $"{session}/messages", $"{session}/messages?branch=all", $"{session}/branches"];
        var before = await ReadAsync(user, paths);
        (await user.DeleteAsync($"{session}/data")).Is(200);

        for (var part = 1; part < 4; part++)
        {
            (await user.ImportAsync(exported.Take(exported.Length * part / 4))).Is(200);
        }

        Assert.Equal(0, (await user.ImportAsync(exported)).Is(200).Number("failed"));
        Assert.Equal(before, await ReadAsync(user, paths));
    }

    private static async Task SayAsync(ApiClient user, string session, params string[] texts)
    {
        foreach (var text in texts)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{text}}"}""");
        }
    }

    private static async Task<List<string>> ReadAsync(ApiClient user, string[] paths)
    {
        var texts = new List<string>();
        foreach (var path in paths)
        {
            var answer = await user.GetAsync(path);
            answer.Is(200);
            texts.Add(answer.Text);
        }

        return texts;
    }
}
