using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using SessionService.Infrastructure.Persistence;

namespace SessionService.IntegrationTests.Schema;

public class ModelTests
{
    [Fact]
    public void Every_change_of_the_model_has_its_migration()
    {
        using var context = CreateContext();

        Assert.False(context.Database.HasPendingModelChanges(), "The model differs from the migrations: add one with dotnet ef migrations add.");
    }

    [Fact]
    public void Every_table_and_column_has_a_comment()
    {
        using var context = CreateContext();
        var tables = context.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables.ToList();

        var silent = tables.Where(t => string.IsNullOrWhiteSpace(t.Comment)).Select(t => t.Name)
            .Concat(tables.SelectMany(t => t.Columns).Where(c => string.IsNullOrWhiteSpace(c.Comment)).Select(c => $"{c.Table.Name}.{c.Name}"));

        Assert.NotEmpty(tables);
        Assert.Empty(silent);
    }

    private static SessionDbContext CreateContext() =>
        new(new DbContextOptionsBuilder<SessionDbContext>().UseSessionTables("Host=localhost").Options);
}
