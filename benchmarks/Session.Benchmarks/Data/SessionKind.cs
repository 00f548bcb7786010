namespace SessionService.Benchmarks.Data;

/// <summary>What sessions are loaded for. pgbench's runs number their new rows with kinds from <see cref="FirstRun"/> on.</summary>
internal enum SessionKind
{
    /// <summary>Many, without messages: appends and look-ups.</summary>
    Plain = 0,

    /// <summary>One, on which everybody writes.</summary>
    Hot = 1,

    /// <summary>Some pages of messages each.</summary>
    Paged = 2,

    /// <summary>One with very many messages.</summary>
    Deep = 3,

    FirstRun = 100,
}
