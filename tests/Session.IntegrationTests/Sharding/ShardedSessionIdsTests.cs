using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Sessions;
using SessionService.Infrastructure.Erasure;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>Ids of sessions in a sharded database, where no index spans the users.</summary>
public sealed class ShardedSessionIdsTests(ShardedFixture service) : IClassFixture<ShardedFixture>
{
    private const string Sessions = "/api/v1/sessions";

    private readonly Guid _id = Guid.NewGuid();

    [CitusFact]
    public async Task An_id_that_another_user_gave_is_taken_until_the_session_is_erased()
    {
        var (one, other) = (service.AsNewUser(), service.AsNewUser());
        (await CreateAsync(one, _id)).Is(201);

        (await CreateAsync(other, _id)).IsProblem(409, "session_id_taken");
        Assert.Equal(0, (await other.GetAsync(Sessions)).Is(200).Number("total"));
        (await one.DeleteAsync($"{Sessions}/{_id}/data")).Is(200);

        (await CreateAsync(other, _id)).Is(201);
        (await CreateAsync(one, _id)).IsProblem(409, "session_id_taken");
    }

    [CitusFact]
    public async Task An_id_of_ones_own_is_taken_and_stays_so()
    {
        var (one, other) = (service.AsNewUser(), service.AsNewUser());
        (await CreateAsync(one, _id)).Is(201);

        (await CreateAsync(one, _id)).IsProblem(409, "session_id_taken");

        (await CreateAsync(other, _id)).IsProblem(409, "session_id_taken");
        (await one.GetAsync($"{Sessions}/{_id}")).Is(200);
    }

    [CitusFact]
    public async Task An_id_that_the_service_made_for_another_user_is_taken()
    {
        var (one, other) = (service.AsNewUser(), service.AsNewUser());
        var id = (await one.PostAsync(Sessions, "{}")).Is(201).GetProperty("session_id").GetGuid();
        Assert.Equal(7, id.Version);

        (await CreateAsync(other, id)).IsProblem(409, "session_id_taken");
        var import = await ImportAsync(other, id);

        Assert.Equal(0, import.Is(200).GetProperty("sessions").Number("created"));
        Assert.Contains("session_id_taken", import.Text, StringComparison.Ordinal);
    }

    [CitusFact]
    public async Task Of_many_users_who_give_the_same_id_at_once_one_gets_it()
    {
        var users = Enumerable.Range(0, 8).Select(_ => service.AsNewUser()).ToList();

        var answers = await Task.WhenAll(users.Select(user => CreateAsync(user, _id)));

        Assert.Equal([201, .. Enumerable.Repeat(409, 7)], answers.Select(answer => answer.Status).Order());
        await using var database = new TestDatabase(service.ConnectionString);
        var owner = users[Array.FindIndex(answers, answer => answer.Status == 201)].UserId;
        Assert.Equal([owner], await database.QueryAsync($"SELECT user_id FROM dev.sessions WHERE session_id = '{_id}'"));
        Assert.Equal([owner], await database.QueryAsync($"SELECT user_id FROM dev.session_ids WHERE session_id = '{_id}'"));
    }

    [CitusFact]
    public async Task An_import_takes_ids_and_a_dry_run_takes_none()
    {
        var (one, other) = (service.AsNewUser(), service.AsNewUser());
        (await ImportAsync(one, _id, "?dry_run=true")).Is(200);
        (await CreateAsync(other, _id)).Is(201);

        var refused = await ImportAsync(one, _id);
        var imported = Guid.NewGuid();
        var made = await ImportAsync(one, imported);

        Assert.Contains("session_id_taken", refused.Text, StringComparison.Ordinal);
        (await one.GetAsync($"{Sessions}/{_id}/messages")).IsProblem(404, "session_not_found");
        Assert.Equal(1, made.Is(200).GetProperty("sessions").Number("created"));
        (await CreateAsync(other, imported)).IsProblem(409, "session_id_taken");
    }

    [CitusFact]
    public async Task The_erasure_of_a_user_frees_the_ids()
    {
        var (one, other) = (service.AsNewUser(), service.AsNewUser());
        (await CreateAsync(one, _id)).Is(201);

        (await one.DeleteAsync($"/api/v1/users/{one.UserId}/data")).Is(200);

        await using var database = new TestDatabase(service.ConnectionString);
        foreach (var table in UserTables.NotCounted)
        {
            Assert.Empty(await database.QueryAsync($"SELECT user_id FROM dev.{table} WHERE user_id = '{one.UserId}'"));
        }

        (await CreateAsync(other, _id)).Is(201);
    }

    [CitusFact]
    public async Task The_owner_of_an_id_that_a_client_gave_is_found_on_one_shard()
    {
        var user = service.AsNewUser();
        (await CreateAsync(user, _id)).Is(201);
        var made = (await user.PostAsync(Sessions, "{}")).Is(201).GetProperty("session_id").GetGuid();
        using var scope = service.Services.CreateScope();
        var store = scope.ServiceProvider.GetRequiredService<ISessionStore>();
        var before = await CitusCluster.CountStatementsOfSeveralShardsAsync(service.ConnectionString);

        Assert.Equal(user.UserId, await store.FindOwnerAsync(_id, CancellationToken.None));
        Assert.Null(await store.FindOwnerAsync(Guid.NewGuid(), CancellationToken.None));

        Assert.Equal(before, await CitusCluster.CountStatementsOfSeveralShardsAsync(service.ConnectionString));
        Assert.Equal(user.UserId, await store.FindOwnerAsync(made, CancellationToken.None));
    }

    private static Task<Answer> CreateAsync(ApiClient user, Guid id) => user.PostAsync(Sessions, $$"""{"session_id":"{{id}}"}""");

    private static async Task<Answer> ImportAsync(ApiClient user, Guid id, string query = "")
    {
        using var content = new StringContent($$"""{"type":"session","session_id":"{{id}}"}""");
        content.Headers.ContentType = new("application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Sessions}/import{query}") { Content = content };
        return await user.SendAsync(request);
    }
}
