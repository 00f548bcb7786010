using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>Everything that the service logs, as the console shows it and as a structured sink stores it: text, values and exceptions.</summary>
public sealed class CapturedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    private readonly ConcurrentQueue<string> _scopes = new();

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>What stands around entries, such as the ids of a request.</summary>
    public IReadOnlyList<string> Scopes => [.. _scopes];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, CapturedLogs logs) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            logs._scopes.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var message = formatter(state, exception);
            var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs) : "";
            logs._entries.Enqueue(new LogEntry(category, logLevel, message, $"{message}\n{values}\n{exception}"));
        }
    }
}

/// <param name="Category">The logger.</param>
/// <param name="Level">The level.</param>
/// <param name="Message">The line as a console shows it.</param>
/// <param name="Everything">The line, its values and its exception.</param>
public sealed record LogEntry(string Category, LogLevel Level, string Message, string Everything);
