namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>Makes and removes what stands in the data directory, with the permissions it needs.</summary>
internal static class DataDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Makes the directory and its missing parents: open to their owner alone, or, when root makes them, passable for
    /// the user PostgreSQL runs as, whatever the umask.
    /// </summary>
    public static void Create(string directory)
    {
        if (Directory.Exists(directory))
        {
            return;
        }

        if (Path.GetDirectoryName(directory) is { } parent)
        {
            Create(parent);
        }

        Directory.CreateDirectory(directory);
        SetMode(directory, Environment.IsPrivilegedProcess ? OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : OwnerOnly);
    }

    /// <summary>Says what keeps the directory from being used.</summary>
    public static string Explain(string directory, Exception exception)
    {
        for (var path = directory; path is not null; path = Path.GetDirectoryName(path))
        {
            if (File.Exists(path))
            {
                return path == directory ? "it is a file." : $"{path} is a file.";
            }
        }

        return exception is UnauthorizedAccessException
            ? $"the user {Environment.UserName} may not write there ({exception.Message.TrimEnd('.')})."
            : exception.Message;
    }

    public static void Protect(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            SetMode(path, OwnerOnly);
        }
    }

    /// <summary>Opens the file for this process alone; when new, it is readable by its owner alone.</summary>
    public static FileStream OpenPrivateFile(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    public static void Delete(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
