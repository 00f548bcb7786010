namespace SessionService.IntegrationTests.Gateway;

/// <summary>Where nginx is, if it is installed.</summary>
internal static class Nginx
{
    private const string NotInstalled = "nginx is not installed: deploy/gateway/nginx.conf is not tested here.";

    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Append("/usr/sbin")
        .Select(directory => System.IO.Path.Combine(directory, "nginx"))
        .FirstOrDefault(File.Exists);

    public static string? SkipReason => Path is null ? NotInstalled : null;
}

/// <summary>A test of nginx alone: skipped, and counted as such, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NginxFactAttribute : FactAttribute
{
    public NginxFactAttribute() => Skip = Nginx.SkipReason!;
}
