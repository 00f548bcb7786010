using System.Net.Sockets;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Startup;

/// <summary>Says why the database that the operator named cannot be used, and what to do about it.</summary>
public static class DatabaseFailure
{
    private const string Setting = $"ConnectionStrings__{DatabaseOptions.ConnectionStringName}";

    /// <returns>One line; <see langword="null"/> where the exception is not about the database.</returns>
    public static string? Explain(Exception exception)
    {
        if (exception.GetBaseException() is SocketException
            {
                SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery
            } unknown)
        {
            return Sentence($"its host is not known ({unknown.Message})", $"Check the Host in {Setting}.");
        }

        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (ReasonOf(cause) is var (reason, remedy))
            {
                return Sentence(reason, remedy);
            }
        }

        return null;
    }

    private static string Sentence(string reason, string remedy) =>
        $"The database that {Setting} names cannot be used: {reason.TrimEnd('.')}. {remedy}";

    private static (string Reason, string Remedy)? ReasonOf(Exception exception) => exception switch
    {
        PostgresException postgres => (postgres.MessageText, RemedyFor(postgres.SqlState)),
        NpgsqlException { InnerException: { } inner } =>
            (
                $"{exception.Message} ({inner.Message.TrimEnd('.')})",
                $"Check that PostgreSQL runs there, and the Host and Port in {Setting}."),
        NpgsqlException => (exception.Message, $"Check {Setting}."),
        TimeoutException => ("it does not answer in time", $"Check that PostgreSQL runs there, and the Host and Port in {Setting}."),
        _ => null,
    };

    private static string RemedyFor(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"Check the Username and Password in {Setting}.",
        PostgresErrorCodes.InvalidCatalogName => $"Create the database (createdb), or check the Database in {Setting}.",
        PostgresErrorCodes.InsufficientPrivilege => "Give the user the rights on the database, or name another user.",
        PostgresErrorCodes.TooManyConnections => "Raise max_connections of the server, or lower Maximum Pool Size.",
        _ => $"Check {Setting}.",
    };
}
