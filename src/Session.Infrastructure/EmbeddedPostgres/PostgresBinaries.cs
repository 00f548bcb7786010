using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>The directory of an installed PostgreSQL server's programs.</summary>
public sealed partial record PostgresBinaries(string Directory, int MajorVersion)
{
    public const int OldestVersion = 15;

    private static readonly string[] Programs = ["postgres", "initdb", "pg_ctl"];

    public string PgCtl => Path.Combine(Directory, "pg_ctl");

    public string InitDb => Path.Combine(Directory, "initdb");

    public string Postgres => Path.Combine(Directory, "postgres");

    /// <summary>Finds the programs of exactly <paramref name="clusterVersion"/>, or of any usable version when it is null.</summary>
    /// <remarks>They are looked for in <paramref name="searchPaths"/>, or where machines usually keep them when it is null.</remarks>
    /// <exception cref="EmbeddedPostgresException">There are none.</exception>
    public static async Task<PostgresBinaries> FindAsync(
        int? clusterVersion,
        IReadOnlyCollection<string>? searchPaths = null,
        CancellationToken cancellationToken = default)
    {
        var other = 0;
        await foreach (var directory in CandidatesAsync(searchPaths, cancellationToken))
        {
            if (await VersionAsync(directory, cancellationToken) is not { } version)
            {
                continue;
            }

            if (version >= OldestVersion && (clusterVersion ?? version) == version)
            {
                return new PostgresBinaries(directory, version);
            }

            other = Math.Max(other, version);
        }

        throw new EmbeddedPostgresException((clusterVersion, other) switch
        {
            (null, _) =>
                $"PostgreSQL {OldestVersion} or later is not installed: install the server (apt-get install postgresql, "
                + "dnf install postgresql-server, brew install postgresql@17) or set ConnectionStrings__SessionDb.",
            (_, 0) => $"The embedded database was made by PostgreSQL {clusterVersion}, which is not installed: "
                + $"install PostgreSQL {clusterVersion} or set ConnectionStrings__SessionDb.",
            _ => $"The embedded database was made by PostgreSQL {clusterVersion}, but version {other} is installed: "
                + $"install PostgreSQL {clusterVersion} beside it, or upgrade the data with pg_upgrade.",
        });
    }

    private static async IAsyncEnumerable<string> CandidatesAsync(
        IReadOnlyCollection<string>? searchPaths,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var directory in searchPaths ?? UsualPaths())
        {
            if (HasPrograms(directory))
            {
                yield return directory;
            }
        }

        // Last because it costs a process, and most machines have the directories above.
        if (searchPaths is null
            && await Command.RunAsync("pg_config", ["--bindir"], cancellationToken) is { Succeeded: true } pgConfig
            && HasPrograms(pgConfig.StandardOutput.Trim()))
        {
            yield return pgConfig.StandardOutput.Trim();
        }
    }

    private static IReadOnlyCollection<string> UsualPaths() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        .. Versioned("/usr/lib/postgresql", "*"), // Debian, Ubuntu
        .. Versioned("/usr", "pgsql-*"), // Red Hat, from postgresql.org
        .. Versioned("/usr/libexec", "postgresql*"), // Alpine
        .. Versioned("/usr/lib", "postgresql*"), // openSUSE
        .. Versioned("/usr/local/opt", "postgresql@*"), // Homebrew
        .. Versioned("/opt/homebrew/opt", "postgresql@*"),
        "/usr/local/pgsql/bin",
    ];

    private static IEnumerable<string> Versioned(string parent, string pattern) =>
        System.IO.Directory.Exists(parent)
            ? System.IO.Directory.EnumerateDirectories(parent, pattern)
                .OrderByDescending(directory => int.TryParse(Digits().Match(directory).Value, out var version) ? version : 0)
                .SelectMany(directory => new[] { Path.Combine(directory, "bin"), directory })
            : [];

    private static bool HasPrograms(string directory) =>
        Path.IsPathRooted(directory) && Programs.All(program => File.Exists(Path.Combine(directory, program)));

    private static async Task<int?> VersionAsync(string directory, CancellationToken cancellationToken)
    {
        var command = await Command.RunAsync(Path.Combine(directory, "postgres"), ["--version"], cancellationToken);
        var version = Version().Match(command.StandardOutput);
        return version.Success ? int.Parse(version.Groups["major"].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"\d+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();

    // "postgres (PostgreSQL) 15.14 (Debian …)", "postgres (PostgreSQL) 18beta1"
    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
