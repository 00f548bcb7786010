using SessionService.AgentFrameworkTests.Hosting;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.Samples;

[Collection(ServiceTests.Name)]
public sealed class SampleTests(ServiceProcess service)
{
    [Fact]
    public async Task The_chat_remembers_across_restarts_and_across_conversations()
    {
        using var chat = new SampleProcess("AgentChat", new()
        {
            ["SESSION_SERVICE"] = service.Address.ToString(),
            ["SESSION_USER"] = $"user-{Guid.NewGuid():N}",
        });
        Assert.Contains("You have not told me your name.", await chat.RunAsync("What is my name?\n"), StringComparison.Ordinal);

        Assert.Contains("I will remember that.", await chat.RunAsync("My name is Ada.\n/quit\n"), StringComparison.Ordinal);

        Assert.Contains("Your name is Ada.", await chat.RunAsync("What is my name?\n"), StringComparison.Ordinal);
        chat.DeleteFiles();
        Assert.Contains("Your name is Ada.", await chat.RunAsync("What is my name?\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_of_the_readme_talks_to_a_model_and_goes_on_with_its_conversation()
    {
        await using var model = new ChatEndpoint();
        using var program = new SampleProcess("AgentQuickStart", new()
        {
            ["SESSION_SERVICE"] = service.Address.ToString(),
            ["OPENAI_BASE_URL"] = model.Address.ToString(),
        });

        var first = await program.RunAsync("", "Hello");
        var second = await program.RunAsync("", "And", "again");

        Assert.Equal("I was given 1 messages.", first.Trim());
        Assert.Matches("^I was given [34] messages.$", second.Trim());
    }

    [Fact]
    public async Task The_program_of_the_readme_is_the_sample()
    {
        var repository = SampleProcess.Metadata("Repository");
        var readme = await File.ReadAllTextAsync(Path.Combine(repository, "src", "Session.AgentFramework", "README.md"));
        var program = await File.ReadAllTextAsync(Path.Combine(repository, "samples", "AgentQuickStart", "Program.cs"));

        Assert.Contains($"```csharp\n{program}```\n", readme, StringComparison.Ordinal);
    }
}
