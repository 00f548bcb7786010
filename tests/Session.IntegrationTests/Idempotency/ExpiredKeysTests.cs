using Npgsql;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Idempotency;

public sealed class ExpiredKeysFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Idempotency:RemoveEvery", "00:00:01")];
}

public sealed class ExpiredKeysTests(ExpiredKeysFixture service) : IClassFixture<ExpiredKeysFixture>
{
    [Fact]
    public async Task Keys_go_after_a_day_and_no_earlier()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""", "old")).Is(201);
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""", "young")).Is(201);
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var age = new NpgsqlCommand(
            "UPDATE dev.idempotency_keys SET created_at = created_at - interval '24 hours' WHERE idempotency_key = 'old'", connection);
        Assert.Equal(1, await age.ExecuteNonQueryAsync());

        await using var count = new NpgsqlCommand("SELECT count(*) FROM dev.idempotency_keys WHERE idempotency_key = 'old'", connection);
        await Eventually.IsSoAsync(async () => (long)(await count.ExecuteScalarAsync())! == 0);

        Assert.Equal("true", (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""", "young")).Headers["Idempotency-Replayed"]);
        Assert.Equal(3, (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""", "old")).Is(201).Number("sequence"));
    }
}
