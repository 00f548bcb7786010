using System.Data.Common;

namespace SessionService.Infrastructure.Persistence;

/// <summary>Columns by name. Hot paths read by position instead.</summary>
internal static class SqlRows
{
    public static T Get<T>(this DbDataReader row, string column) => row.GetFieldValue<T>(row.GetOrdinal(column));

    /// <summary>The value, or the default of the type for a null.</summary>
    public static T? GetOrDefault<T>(this DbDataReader row, string column)
    {
        var ordinal = row.GetOrdinal(column);
        return row.IsDBNull(ordinal) ? default : row.GetFieldValue<T>(ordinal);
    }
}
