using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

public sealed class UserPathTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_user_path_names_the_caller_when_nothing_else_does()
    {
        var user = service.AsNewUser();
        await user.StartSessionAsync();

        (await service.AsNobody().GetAsync($"/api/v1/users/{user.UserId}/sessions")).Is(200);
        (await user.GetAsync($"/api/v1/users/{user.UserId}/sessions")).Is(200);
        (await service.AsNobody().GetAsync($"/api/v1/users/{user.UserId}/sessions?user_id={user.UserId}")).Is(200);
    }

    [Fact]
    public async Task Another_users_path_is_forbidden_whether_they_exist_or_not()
    {
        var owner = service.AsNewUser();
        await owner.StartSessionAsync();
        var user = service.AsNewUser();

        var known = await user.GetAsync($"/api/v1/users/{owner.UserId}/sessions");
        var unknown = await user.GetAsync($"/api/v1/users/nobody-{Guid.NewGuid()}/sessions");
        var byQuery = await service.AsNobody().GetAsync($"/api/v1/users/{owner.UserId}/sessions?user_id={user.UserId}");

        Assert.Equal(
            known.IsProblem(403, "user_mismatch").Text("detail"), unknown.IsProblem(403, "user_mismatch").Text("detail"));
        byQuery.IsProblem(403, "user_mismatch");
    }

    [Fact]
    public async Task A_slash_in_an_id_and_the_text_of_its_code_are_different_users()
    {
        var name = Guid.NewGuid().ToString();
        await service.As($"{name}/x").StartSessionAsync();

        var slash = (await service.AsNobody().GetAsync($"/api/v1/users/{name}%2Fx/sessions")).Is(200);
        var lowerCaseCode = (await service.AsNobody().GetAsync($"/api/v1/users/{name}%2fx/sessions")).Is(200);
        var text = (await service.AsNobody().GetAsync($"/api/v1/users/{name}%252Fx/sessions")).Is(200);

        Assert.Equal(1, slash.Number("total"));
        Assert.Equal(1, lowerCaseCode.Number("total"));
        Assert.Equal(0, text.Number("total"));
    }

    [Fact]
    public async Task An_id_with_a_slash_that_is_not_encoded_is_another_path()
    {
        (await service.AsNobody().GetAsync("/api/v1/users/a/b/sessions")).IsProblem(404, "route_not_found");
    }

    [Theory]
    [InlineData("%20")]
    [InlineData("%09%20")]
    [InlineData("%E3%80%80")]
    public async Task A_blank_user_is_refused(string encoded)
    {
        (await service.AsNobody().GetAsync($"/api/v1/users/{encoded}/sessions")).IsInvalid("user_id");
    }
}
