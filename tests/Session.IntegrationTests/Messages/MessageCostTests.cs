using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

public sealed class MessageCostTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("0.0", "0")]
    [InlineData("0.0022", "0.0022")]
    [InlineData("0.00220000000000", "0.0022")]
    [InlineData("1e-10", "0.0000000001")]
    [InlineData("1.5E2", "150")]
    [InlineData("0.1234567890", "0.123456789")]
    [InlineData("0.12345678905", "0.1234567891")]
    [InlineData("0.1234567890499999", "0.123456789")]
    [InlineData("9999999999.9999999999", "9999999999.9999999999")]
    public async Task A_cost_is_kept_exactly_to_ten_digits(string given, string kept)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var message = await user.WriteMessageAsync(session, $$"""{"role":"user","content":"Hello","cost_usd":{{given}}}""");

        Assert.Equal(kept, message.Raw("cost_usd"));
        Assert.Equal(kept, (await user.GetAsync($"{session}/messages")).Is(200).Items("messages")[0].Raw("cost_usd"));
        Assert.Equal(kept, (await user.GetAsync(session)).Is(200).Raw("total_cost"));
        Assert.Equal(kept, (await user.GetAsync($"{session}/summary")).Is(200).Raw("total_cost"));
    }

    [Fact]
    public async Task A_thousand_of_the_smallest_costs_add_up_exactly()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
            await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":1,"cost_usd":0.0000000001}"""));

        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal("0.0000001", read.Raw("total_cost"));
        Assert.Equal(1000, read.Number("message_count"));
        Assert.Equal(1000, read.Number("total_tokens"));
    }

    [Fact]
    public async Task The_largest_amounts_add_up_beyond_the_range_of_one_message()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 3; i++)
        {
            await user.WriteMessageAsync(
                session, """{"role":"user","content":"Hello","tokens_used":2147483647,"cost_usd":9999999999.9999999999}""");
        }

        var read = (await user.GetAsync(session)).Is(200);

        Assert.Equal(3L * int.MaxValue, read.Number("total_tokens"));
        Assert.Equal("29999999999.9999999997", read.Raw("total_cost"));
    }

    [Theory]
    [InlineData("10.0", 10)]
    [InlineData("1e3", 1000)]
    [InlineData("2147483647", int.MaxValue)]
    public async Task Tokens_are_whole_numbers_however_they_are_written(string given, int tokens)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var message = await user.WriteMessageAsync(session, $$"""{"role":"user","content":"Hello","tokens_used":{{given}}}""");

        Assert.Equal(tokens, message.Number("tokens_used"));
        Assert.Equal(tokens, (await user.GetAsync(session)).Is(200).Number("total_tokens"));
    }
}
