using Npgsql;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Attachments;

/// <summary>A service whose attachments are in the database, and which looks for unused ones each second.</summary>
public class AttachmentsFixture : ApiFixture
{
    private HttpClient? _http;

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Attachments:RemoveEvery", "00:00:01")];

    internal AttachmentClient NewUser() => Of($"user-{Guid.NewGuid()}");

    internal AttachmentClient Of(string userId) => new(_http!, userId);

    /// <summary>How many places of the store hold bytes of the user.</summary>
    internal virtual Task<long> CountObjectsAsync(string userId) =>
        CountAsync("SELECT count(DISTINCT attachment_id) FROM dev.attachment_pieces WHERE user_id = $1", userId);

    internal Task<long> CountRowsAsync(string userId) => CountAsync("SELECT count(*) FROM dev.attachments WHERE user_id = $1", userId);

    internal Task<long> CountRemovalsAsync(string userId) =>
        CountAsync("SELECT count(*) FROM dev.attachment_removals WHERE user_id = $1", userId);

    /// <summary>Makes it two days later for what the user has.</summary>
    internal async Task AgeAsync(string userId)
    {
        await ExecuteAsync("UPDATE dev.attachments SET uploaded_at = uploaded_at - interval '2 days' WHERE user_id = $1", userId);
        await ExecuteAsync("UPDATE dev.attachment_removals SET due_at = due_at - interval '2 days' WHERE user_id = $1", userId);
    }

    internal async Task ExecuteAsync(string text, params object[] values)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = Command(text, connection, values);
        await command.ExecuteNonQueryAsync();
    }

    internal async Task<long> CountAsync(string text, params object[] values)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = Command(text, connection, values);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    internal static NpgsqlCommand Command(string text, NpgsqlConnection connection, params object[] values)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _http = CreateHttp();
    }

    public override async Task DisposeAsync()
    {
        _http?.Dispose();
        await base.DisposeAsync();
    }
}

/// <summary>A service whose attachments are files.</summary>
public sealed class DirectoryFixture : AttachmentsFixture
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("session-attachments-");

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [.. base.Settings, new("Attachments:Store", "directory"), new("Attachments:Directory", _directory.FullName)];

    // Nothing in a path tells of the user, so the rows say which files are whose.
    internal override Task<long> CountObjectsAsync(string userId)
    {
        var folder = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(userId)))[..32];
        var path = Path.Combine(_directory.FullName, folder);
        return Task.FromResult(Directory.Exists(path) ? Directory.EnumerateFiles(path).LongCount() : 0L);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>A service whose attachments are in a bucket.</summary>
public sealed class BucketFixture : AttachmentsFixture
{
    private StubBucket? _bucket;

    internal StubBucket Bucket => _bucket!;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        new("Attachments:Store", "s3"),
        new("Attachments:S3:Bucket", "pictures"),
        new("Attachments:S3:ServiceUrl", Bucket.Address.ToString()),
        new("Attachments:S3:AccessKey", "key"),
        new("Attachments:S3:SecretKey", "secret"),
    ];

    internal override Task<long> CountObjectsAsync(string userId)
    {
        var folder = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(userId)))[..32];
        return Task.FromResult(Bucket.Objects.Keys.LongCount(key => key.StartsWith($"/pictures/attachments/{folder}/", StringComparison.Ordinal)));
    }

    public override async Task InitializeAsync()
    {
        _bucket = await StubBucket.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Bucket.DisposeAsync();
    }
}
