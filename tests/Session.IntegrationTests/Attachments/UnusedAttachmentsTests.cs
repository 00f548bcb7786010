using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Application.Attachments;
using SessionService.Infrastructure.Attachments;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Attachments;

/// <summary>The removal of unused attachments meets those who begin to use them.</summary>
public sealed class UnusedAttachmentsTests(AttachmentsFixture service) : IClassFixture<AttachmentsFixture>
{
    private const string Use = "INSERT INTO dev.attachment_uses (user_id, session_id, sequence, attachment_id) VALUES ($1, $2, $3, $4)";

    private static readonly DateTimeOffset EndOfTime = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private UnusedAttachments Unused => service.Services.GetRequiredService<UnusedAttachments>();

    [Fact]
    public async Task An_attachment_stays_that_a_message_refers_to()
    {
        var (user, session) = await StartAsync();
        var id = await user.AddAsync(AttachmentClient.NewBytes(10));
        await service.ExecuteAsync(Use, user.UserId, session, 1L, id);

        await Unused.RemoveAsync(EndOfTime, CancellationToken.None);

        Assert.Equal(1, await service.CountRowsAsync(user.UserId));
    }

    [Fact]
    public async Task An_attachment_stays_that_a_message_begins_to_refer_to_at_this_moment()
    {
        var (user, session) = await StartAsync();
        var id = await user.AddAsync(AttachmentClient.NewBytes(10));
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var use = AttachmentsFixture.Command(Use, connection, user.UserId, session, 1L, id);
        await use.ExecuteNonQueryAsync();

        await Unused.RemoveAsync(EndOfTime, CancellationToken.None);
        await transaction.CommitAsync();

        Assert.Equal(1, await service.CountRowsAsync(user.UserId));
    }

    [Fact]
    public async Task Several_instances_remove_at_once()
    {
        var users = Enumerable.Range(0, 3).Select(_ => service.NewUser()).ToList();
        foreach (var user in users)
        {
            for (var i = 0; i < 25; i++)
            {
                await user.AddAsync(AttachmentClient.NewBytes(10));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Unused.RemoveAsync(EndOfTime, CancellationToken.None)));

        await Unused.RemoveAsync(EndOfTime, CancellationToken.None);
        Assert.All(users, user => Assert.Equal(0, service.CountRowsAsync(user.UserId).Result));
    }

    [Fact]
    public async Task Uploads_and_the_removal_at_once_lose_no_upload()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(300_000);
        using var end = new CancellationTokenSource();
        var removal = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await service.AgeAsync(user.UserId);
                await Unused.RemoveAsync(DateTimeOffset.UtcNow - TimeSpan.FromDays(1), CancellationToken.None);
            }
        });

        for (var i = 0; i < 30; i++)
        {
            var answer = await user.UploadAsync(bytes);
            Assert.InRange(answer.Status, 200, 201);
        }

        await end.CancelAsync();
        await removal;
        var id = (await user.UploadAsync(bytes)).Status is 200 or 201
            ? (await user.UploadAsync(bytes)).Is(200).GetProperty("attachment_id").GetGuid() : Guid.Empty;
        Assert.Equal(bytes, (await user.DownloadAsync(id)).Bytes);
    }

    [Fact]
    public async Task What_a_message_is_about_to_refer_to_is_kept_for_another_day()
    {
        var user = service.NewUser();
        var id = await user.AddAsync(AttachmentClient.NewBytes(10));
        await service.AgeAsync(user.UserId);
        await using var scope = service.Services.CreateAsyncScope();
        var attachments = scope.ServiceProvider.GetRequiredService<AttachmentsService>();
        var none = Guid.NewGuid();

        // The job may have been faster, and then the attachment is missing.
        var missing = await attachments.FindMissingAsync(user.UserId, [id, none], CancellationToken.None);
        await Unused.RemoveAsync(DateTimeOffset.UtcNow - TimeSpan.FromDays(1), CancellationToken.None);

        Assert.Contains(none, missing);
        Assert.Equal(missing.Contains(id) ? 0 : 1, await service.CountRowsAsync(user.UserId));
    }

    [Fact]
    public async Task The_attachments_of_a_message_go_with_it_unless_another_message_refers_to_them()
    {
        var (user, session) = await StartAsync();
        var (shared, own) = (await user.AddAsync(AttachmentClient.NewBytes(10)), await user.AddAsync(AttachmentClient.NewBytes(10)));
        await service.ExecuteAsync(Use, user.UserId, session, 1L, shared);
        await service.ExecuteAsync(Use, user.UserId, session, 1L, own);
        await service.ExecuteAsync(Use, user.UserId, session, 2L, shared);

        await service.Services.GetRequiredService<Database>().InTransactionAsync(
            async sql =>
            {
                await Unused.RemoveOfMessageAsync(
                    sql, user.UserId, [session], sequence: 1, DateTimeOffset.UtcNow, CancellationToken.None);
                return true;
            },
            CancellationToken.None);

        Assert.Equal(404, (await user.DownloadAsync(own)).Status);
        Assert.Equal(200, (await user.DownloadAsync(shared)).Status);
        Assert.Equal(1, await service.CountAsync("SELECT count(*) FROM dev.attachment_uses WHERE user_id = $1", user.UserId));
    }

    [Fact]
    public async Task An_attachment_that_came_again_after_its_message_is_left_to_the_job()
    {
        var (user, session) = await StartAsync();
        var id = await user.AddAsync(AttachmentClient.NewBytes(10));
        await service.ExecuteAsync(Use, user.UserId, session, 1L, id);

        await service.Services.GetRequiredService<Database>().InTransactionAsync(
            async sql =>
            {
                await Unused.RemoveOfMessageAsync(
                    sql, user.UserId, [session], sequence: 1, DateTimeOffset.UtcNow - TimeSpan.FromHours(1), CancellationToken.None);
                return true;
            },
            CancellationToken.None);

        Assert.Equal(1, await service.CountRowsAsync(user.UserId));
        await service.AgeAsync(user.UserId);
        await Eventually.IsSoAsync(async () => await service.CountRowsAsync(user.UserId) == 0);
    }

    [Fact]
    public async Task Metrics_tell_how_many_attachments_and_bytes_there_are()
    {
        await service.NewUser().AddAsync(AttachmentClient.NewBytes(5_000));

        await Eventually.IsSoAsync(() => Task.FromResult(
            service.ReadCounter("session_service.attachments") >= 1 && service.ReadCounter("session_service.attachment.bytes") >= 5_000));

        Assert.Equal(0, service.ReadCounter("session_service.attachment.orphans"));
    }

    private async Task<(AttachmentClient User, Guid Session)> StartAsync()
    {
        var user = service.NewUser();
        var session = await service.As(user.UserId).StartSessionAsync();
        return (user, Guid.Parse(session.Split('/')[^1]));
    }
}
