using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// Sends statements on one connection. Get one from <see cref="Database"/>, which retries; make one for a connection that the caller owns.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="commitsItself">
/// Whether a statement commits by itself because no transaction is open and the statement writes: a failure then tells what is known of the
/// commit, see <see cref="UncertainWrite"/>.
/// </param>
internal sealed class Sql(NpgsqlConnection connection, bool commitsItself = false)
{
    public NpgsqlConnection Connection => connection;

    /// <summary>A statement, which is sent when one of its methods is called.</summary>
    /// <param name="text">Constant text. Whatever a client sent is a value.</param>
    /// <param name="values">The values of <c>$1</c>, <c>$2</c> and so on.</param>
    public SqlStatement Statement(string text, params ReadOnlySpan<SqlValue> values)
    {
#pragma warning disable CA2100 // Every statement is made here, of texts that the code holds.
        var command = new NpgsqlCommand(text, connection);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(value.Parameter);
        }

        return new SqlStatement(command, commitsItself);
    }
}
