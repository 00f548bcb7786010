using Microsoft.Extensions.DependencyInjection;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Webhooks;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>The row that stands for NATS, in a service without the setting.</summary>
public sealed class NatsSinkTests(WebhooksFixture service) : IClassFixture<WebhooksFixture>
{
    [Fact]
    public async Task Without_the_setting_there_is_no_row_and_another_instances_row_is_hidden_and_left_alone_until_it_is_forgotten()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var user = service.AsNewUser();
        await user.StartSessionAsync();
        Assert.Empty(await database.QueryAsync("SELECT url FROM dev.webhooks"));
        Assert.Empty(await database.QueryAsync($"SELECT type FROM dev.webhook_deliveries WHERE user_id = '{user.UserId}'"));
        var sink = service.Services.GetRequiredService<NatsSink>();
        var now = DateTimeOffset.UtcNow;

        await sink.RenewAsync(now, CancellationToken.None);
        await sink.RenewAsync(now, CancellationToken.None);
        await user.StartSessionAsync();
        Assert.Equal(["pending"], await database.QueryAsync($"SELECT status FROM dev.webhook_deliveries WHERE user_id = '{user.UserId}'"));
        await using var receiver = await Receiver.StartAsync();
        var webhook = $"{WebhooksFixture.Webhooks}/{Webhook.NatsId}";
        for (var made = 0; made < 10; made++)
        {
            await WebhooksFixture.MakeAsync(service.AsNobody(), receiver);
        }

        Assert.Equal(10, (await service.AsNobody().GetAsync(WebhooksFixture.Webhooks)).Is(200).Items("webhooks").Count);
        (await service.AsNobody().GetAsync(webhook)).IsProblem(404, "webhook_not_found");
        (await service.AsNobody().SendAsync(HttpMethod.Patch, webhook, """{"enabled":false}""")).IsProblem(404, "webhook_not_found");
        (await service.AsNobody().DeleteAsync(webhook)).IsProblem(404, "webhook_not_found");

        await sink.DisableAsync(now, CancellationToken.None);
        Assert.Equal(["true"], await IsEnabledAsync());
        await sink.DisableAsync(now + TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Equal(["false"], await IsEnabledAsync());

        Task<string[]> IsEnabledAsync() =>
            database.QueryAsync($"SELECT is_enabled FROM dev.webhooks WHERE webhook_id = '{Webhook.NatsId}'");
    }

    [Fact]
    public async Task A_wrong_setting_is_named_at_the_start_and_no_password_is_printed()
    {
        var run = await ProgramRun.OfServiceAsync(
            [("Events__Nats__Url", "http://me:s3cret@nats"), ("Events__Nats__Subject", "all.*"), ("Events__Nats__CredentialsFile", "/nowhere")]);

        run.FailsToStart("Events__Nats__Url must be", "Events__Nats__Subject must be", "Events__Nats__CredentialsFile must be");
        Assert.DoesNotContain("s3cret", run.Output, StringComparison.Ordinal);
    }
}
