using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>Everything that the service logs, as a sink would get it: text, values, scopes and exceptions.</summary>
public sealed class CapturedLogs : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(string category, CapturedLogs logs) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logs._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var everything = new List<string> { formatter(state, exception), Describe(state), exception?.ToString() ?? "" };
            logs._scopes.ForEachScope((scope, texts) => texts.Add(Describe(scope)), everything);
            logs._entries.Enqueue(new LogEntry(category, logLevel, formatter(state, exception), string.Join('\n', everything)));
        }

        private static string Describe(object? state) =>
            state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(' ', values) : state?.ToString() ?? "";
    }
}

/// <param name="Category">The logger.</param>
/// <param name="Level">The level.</param>
/// <param name="Message">The line as a console shows it.</param>
/// <param name="Everything">The line, its values, its scopes and its exception.</param>
public sealed record LogEntry(string Category, LogLevel Level, string Message, string Everything);
