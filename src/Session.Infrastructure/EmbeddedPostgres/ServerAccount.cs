using System.Globalization;

namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>The user PostgreSQL runs as: the service's own, or an unprivileged one when the service is root.</summary>
internal sealed class ServerAccount
{
    private static readonly string[] Names = ["postgres", "nobody"];
    private static readonly string[] SystemPaths = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    private readonly string _name = Environment.UserName;
    private readonly (int User, int Group)? _switchTo;
    private readonly string[] _prefix = [];

    public ServerAccount()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        var account = Names
            .Select(name => accounts.Find(fields => string.Equals(fields[0], name, StringComparison.Ordinal)))
            .FirstOrDefault(fields => fields is not null)
            ?? throw new EmbeddedPostgresException(
                "PostgreSQL does not run as root: add a user postgres, or start the service as another user.");
        _name = account[0];
        _switchTo = (int.Parse(account[2], CultureInfo.InvariantCulture), int.Parse(account[3], CultureInfo.InvariantCulture));

        if (Find("setpriv") is { } setpriv)
        {
            _prefix = [setpriv, $"--reuid={_switchTo.Value.User}", $"--regid={_switchTo.Value.Group}", "--clear-groups", "--"];
        }
        else if (Find("runuser") is { } runuser)
        {
            _prefix = [runuser, "-u", _name, "--"];
        }
        else
        {
            throw new EmbeddedPostgresException(
                "PostgreSQL does not run as root: install setpriv or runuser (package util-linux), or start the service as another user.");
        }
    }

    public Task<Command> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? input = null)
    {
        string[] line = [.. _prefix, program, .. arguments];
        return Command.RunAsync(line[0], line[1..], cancellationToken, input);
    }

    /// <summary>Hands over what is in the directory, also after its user's number changed, as between two container images.</summary>
    public async Task OwnAsync(string directory, CancellationToken cancellationToken)
    {
        if (_switchTo is not var (user, group))
        {
            return;
        }

        var command = await Command.RunAsync(
            "find",
            [directory, "!", "-user", $"{user}", "-exec", "chown", "-h", $"{user}:{group}", "{}", "+"],
            cancellationToken);
        if (!command.Succeeded)
        {
            throw new EmbeddedPostgresException($"{directory} cannot be given to the user {_name}: {command.LastLine}");
        }
    }

    public async Task RequireAccessAsync(string directory, CancellationToken cancellationToken)
    {
        if (_switchTo is null)
        {
            return;
        }

        var command = await RunAsync("test", ["-x", directory], cancellationToken);
        if (!command.Succeeded)
        {
            throw new EmbeddedPostgresException(
                $"The user {_name}, whom PostgreSQL runs as, cannot reach {directory} ({command.LastLine}): "
                + "set EmbeddedPostgres__DataDirectory to a directory whose parents are open to others (chmod o+x).");
        }
    }

    private static string? Find(string program) =>
        SystemPaths.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
